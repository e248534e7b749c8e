// post and turns on libev. ev_feed_event queues a callback on the pending list, which is run before polling.
#include <ev.h>

#include <vector>

#include "harness/queue_workloads.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

std::size_t posts_left;

void posted(struct ev_loop* loop, ev_prepare* self, int) {
  if (posts_left == 0) return;
  --posts_left;
  ev_feed_event(loop, self, EV_CUSTOM);
}

std::uint64_t run_posts(std::size_t count, std::size_t batch) {
  struct ev_loop* loop = ev_loop_new(EVBACKEND_EPOLL);
  posts_left = count;
  std::vector<ev_prepare> watchers(batch);
  ev_timer keep_alive;
  ev_timer_init(
      &keep_alive, [](struct ev_loop*, ev_timer*, int) {}, 1e6, 0.);
  ev_timer_start(loop, &keep_alive);
  const std::uint64_t begun = thread_cpu_ns();
  for (ev_prepare& watcher : watchers) {
    ev_prepare_init(&watcher, posted);
    ev_feed_event(loop, &watcher, EV_CUSTOM);
  }
  while (posts_left != 0) ev_run(loop, EVRUN_NOWAIT);
  return thread_cpu_ns() - begun;
}

std::uint64_t run_turns(std::size_t count) {
  struct ev_loop* loop = ev_loop_new(EVBACKEND_EPOLL);
  posts_left = count;
  ev_idle idle;
  ev_idle_init(&idle, [](struct ev_loop* running, ev_idle* self, int) {
    if (--posts_left == 0) ev_idle_stop(running, self);
  });
  ev_idle_start(loop, &idle);
  const std::uint64_t begun = thread_cpu_ns();
  ev_run(loop, 0);
  return thread_cpu_ns() - begun;
}

}  // namespace

void serve_queue(const arguments& given) {
  if (given.workload() == "post") post(given, run_posts);
  if (given.workload() == "turns") turns(given, run_turns);
}

}  // namespace bench::peer
