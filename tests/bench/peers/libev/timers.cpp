// timers-fire and timers-rearm on libev.
#include <ev.h>

#include "harness/timer_workloads.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

std::size_t fired;

double seconds(std::uint32_t milliseconds) { return static_cast<double>(milliseconds) * 1e-3; }

fire_time fire(const std::vector<std::uint32_t>& dues) {
  struct ev_loop* loop = ev_loop_new(EVBACKEND_EPOLL);
  std::vector<ev_timer> timers(dues.size());
  ev_now_update(loop);
  const std::uint64_t base = wall_ns(), begun = thread_cpu_ns();
  for (std::size_t i = 0; i < timers.size(); ++i) {
    ev_timer_init(
        &timers[i], [](struct ev_loop*, ev_timer*, int) { ++fired; }, seconds(dues[i]), 0.);
    ev_timer_start(loop, &timers[i]);
  }
  const std::uint64_t armed = thread_cpu_ns();
  wait_until_ns(base + (latest(dues) + 2) * 1'000'000);
  const std::uint64_t due = thread_cpu_ns();
  while (fired < timers.size()) ev_run(loop, EVRUN_NOWAIT);
  return {armed - begun, thread_cpu_ns() - due};
}

std::uint64_t rearm(std::size_t count, const std::vector<std::uint32_t>& order) {
  struct ev_loop* loop = ev_loop_new(EVBACKEND_EPOLL);
  std::vector<ev_timer> timers(count);
  auto nothing = [](struct ev_loop*, ev_timer*, int) {};
  for (std::size_t i = 0; i < count; ++i) {
    ev_timer_init(&timers[i], nothing, seconds(first_due(i)), 0.);
    ev_timer_start(loop, &timers[i]);
  }
  const std::uint64_t begun = thread_cpu_ns();
  std::size_t done = 0;
  for (std::uint32_t chosen : order) {
    if ((++done & 255) == 0) ev_now_update(loop);
    ev_timer& moved = timers[chosen];
    ev_timer_stop(loop, &moved);
    ev_timer_set(&moved, seconds(moved_due), 0.);
    ev_timer_start(loop, &moved);
  }
  return thread_cpu_ns() - begun;
}

}  // namespace

void serve_timers(const arguments& given) {
  if (given.workload() == "timers-fire") timers_fire(given, fire);
  if (given.workload() == "timers-rearm") timers_rearm(given, rearm);
}

}  // namespace bench::peer
