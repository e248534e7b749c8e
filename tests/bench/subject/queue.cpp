// post and turns: impl=task (the hot tier) or impl=function; for post, queue=post, tick or immediate.
#include "harness/queue_workloads.hpp"

#include <string>
#include <vector>

#include "subject/real_loop.hpp"
#include "subject/serve.hpp"

namespace bench::subject {
namespace {

using namespace twinloop;

enum class queue_kind { post, tick, immediate };

class loop* running;
std::size_t left;

template <queue_kind Kind, class Callback>
void enqueue(Callback&& callback) {
  if constexpr (Kind == queue_kind::post) running->post(std::forward<Callback>(callback));
  if constexpr (Kind == queue_kind::tick) running->next_tick(std::forward<Callback>(callback));
  if constexpr (Kind == queue_kind::immediate) running->immediate(std::forward<Callback>(callback));
}

template <queue_kind Kind>
std::uint64_t run_tasks(std::size_t count, std::size_t batch) {
  static real_loop on;
  static std::vector<task> tasks(batch);
  running = &*on;
  left = count;
  const std::uint64_t begun = thread_cpu_ns();
  for (task& queued : tasks) {
    queued.run = [](task& self) {
      if (left == 0) return;
      --left;
      enqueue<Kind>(self);
    };
    enqueue<Kind>(queued);
  }
  on->run();
  return thread_cpu_ns() - begun;
}

template <queue_kind Kind>
struct again {
  void operator()() const {
    if (left == 0) return;
    --left;
    enqueue<Kind>(again{});
  }
};

template <queue_kind Kind>
std::uint64_t run_functions(std::size_t count, std::size_t batch) {
  static real_loop on;
  running = &*on;
  left = count;
  const std::uint64_t begun = thread_cpu_ns();
  for (std::size_t i = 0; i < batch; ++i) enqueue<Kind>(again<Kind>{});
  on->run();
  return thread_cpu_ns() - begun;
}

/// One idle hook, called in each turn.
std::uint64_t run_hook_turns(std::size_t count) {
  static real_loop on;
  left = count;
  static hook* idle;
  idle = new hook(*on, hook_phase::idle, [] {
    if (--left == 0) idle->stop();
  });
  idle->start();
  const std::uint64_t begun = thread_cpu_ns();
  on->run();
  return thread_cpu_ns() - begun;
}

}  // namespace

void serve_queue(const arguments& given) {
  const std::string queue = given.text("queue", "post");
  const bool functions = given.text("impl", "task") == "function";
  if (given.workload() == "post") {
    if (queue == "post") post(given, functions ? run_functions<queue_kind::post> : run_tasks<queue_kind::post>);
    if (queue == "tick") post(given, functions ? run_functions<queue_kind::tick> : run_tasks<queue_kind::tick>);
    if (queue == "immediate") {
      post(given, functions ? run_functions<queue_kind::immediate> : run_tasks<queue_kind::immediate>);
    }
  }
  if (given.workload() == "turns") {
    if (functions) turns(given, run_hook_turns);
    turns(given, [](std::size_t count) { return run_tasks<queue_kind::immediate>(count, 1); });
  }
}

}  // namespace bench::subject
