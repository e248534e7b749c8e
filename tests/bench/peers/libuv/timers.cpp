// timers-fire and timers-rearm on libuv.
#include "harness/timer_workloads.hpp"
#include "peers/libuv/check.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

std::size_t fired;

fire_time fire(const std::vector<std::uint32_t>& dues) {
  uv_loop_t loop;
  uv_loop_init(&loop);
  std::vector<uv_timer_t> timers(dues.size());
  uv_update_time(&loop);
  const std::uint64_t base = wall_ns(), begun = thread_cpu_ns();
  for (std::size_t i = 0; i < dues.size(); ++i) {
    uv_timer_init(&loop, &timers[i]);
    uv_timer_start(
        &timers[i], [](uv_timer_t*) { ++fired; }, dues[i], 0);
  }
  const std::uint64_t armed = thread_cpu_ns();
  wait_until_ns(base + (latest(dues) + 2) * 1'000'000);
  const std::uint64_t due = thread_cpu_ns();
  while (fired < dues.size()) uv_run(&loop, UV_RUN_NOWAIT);
  return {armed - begun, thread_cpu_ns() - due};
}

std::uint64_t rearm(std::size_t count, const std::vector<std::uint32_t>& order) {
  uv_loop_t loop;
  uv_loop_init(&loop);
  std::vector<uv_timer_t> timers(count);
  auto nothing = [](uv_timer_t*) {};
  for (std::size_t i = 0; i < count; ++i) {
    uv_timer_init(&loop, &timers[i]);
    uv_timer_start(&timers[i], nothing, first_due(i), 0);
  }
  const std::uint64_t begun = thread_cpu_ns();
  std::size_t done = 0;
  for (std::uint32_t chosen : order) {
    if ((++done & 255) == 0) uv_update_time(&loop);
    uv_timer_stop(&timers[chosen]);
    uv_timer_start(&timers[chosen], nothing, moved_due, 0);
  }
  return thread_cpu_ns() - begun;
}

}  // namespace

void serve_timers(const arguments& given) {
  if (given.workload() == "timers-fire") timers_fire(given, fire);
  if (given.workload() == "timers-rearm") timers_rearm(given, rearm);
}

}  // namespace bench::peer
