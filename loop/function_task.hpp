// Carries a callable through a task queue: the friendly tier of posts, next ticks and immediates.
#ifndef TWINLOOP_LOOP_FUNCTION_TASK_HPP
#define TWINLOOP_LOOP_FUNCTION_TASK_HPP

#include "twinloop/loop.hpp"

namespace twinloop {

struct loop::function_task : task {
  unique_function<void()> callback;
  loop* owner = nullptr;
  bool pooled = false;  // belongs to the loop; others are made by foreign threads and deleted after they ran
};

}  // namespace twinloop

#endif
