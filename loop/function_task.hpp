// Carries a callable through a task queue: the friendly tier of posts, next ticks and immediates.
#ifndef TWINLOOP_LOOP_FUNCTION_TASK_HPP
#define TWINLOOP_LOOP_FUNCTION_TASK_HPP

#include "twinloop/loop.hpp"

namespace twinloop {

struct loop::function_task : task {
  /// `in_pool`: it belongs to the loop; others are made by foreign threads and deleted after they ran.
  function_task(loop& of, bool in_pool) : owner(&of), pooled(in_pool) { run = &run_function_task; }
  /// One that is not queued, for the calling thread; its callback is empty.
  static function_task& unused(loop& of);

  unique_function<void()> callback;
  loop* const owner;
  const bool pooled;
};

}  // namespace twinloop

#endif
