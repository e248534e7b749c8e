// post and turns on libevent. Activations do not end a turn, so a turn is one non-blocking run.
#include "harness/queue_workloads.hpp"

#include <vector>

#include "peers/libevent/base.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

std::size_t posts_left;

void posted(int, short, void* self) {
  if (posts_left == 0) return;
  --posts_left;
  event_active(static_cast<event*>(self), EV_READ, 0);
}

std::uint64_t run_posts(std::size_t count, std::size_t batch) {
  event_base* base = make_base();
  posts_left = count;
  std::vector<event*> events(batch);
  const std::uint64_t begun = thread_cpu_ns();
  for (event*& made : events) {
    made = event_new(base, -1, 0, posted, event_self_cbarg());
    event_active(made, EV_READ, 0);
  }
  while (posts_left != 0) event_base_loop(base, EVLOOP_NONBLOCK);
  return thread_cpu_ns() - begun;
}

std::uint64_t run_turns(std::size_t count) {
  event_base* base = make_base();
  event* made = event_new(
      base, -1, EV_PERSIST, [](int, short, void*) {}, nullptr);
  const std::uint64_t begun = thread_cpu_ns();
  for (std::size_t i = 0; i < count; ++i) {
    event_active(made, EV_READ, 0);
    event_base_loop(base, EVLOOP_NONBLOCK);
  }
  return thread_cpu_ns() - begun;
}

}  // namespace

void serve_queue(const arguments& given) {
  if (given.workload() == "post") post(given, run_posts);
  if (given.workload() == "turns") turns(given, run_turns);
}

}  // namespace bench::peer
