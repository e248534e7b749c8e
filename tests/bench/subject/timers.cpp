// timers-fire and timers-rearm on intrusive timers. They are made before the measured time, as the connections or
// requests that they belong to would be; arming, re-arming and firing is what counts.
#include "harness/timer_workloads.hpp"

#include "subject/real_loop.hpp"
#include "subject/serve.hpp"
#include "subject/timer_block.hpp"

namespace bench::subject {
namespace {

using namespace twinloop;
using std::chrono::milliseconds;

std::size_t fired;

fire_time fire(const std::vector<std::uint32_t>& dues) {
  static real_loop on;
  timer_block<intrusive_timer> timers(*on, dues.size(), [](intrusive_timer&) { ++fired; });
  on->update_now();
  const std::uint64_t base = wall_ns(), begun = thread_cpu_ns();
  for (std::size_t i = 0; i < dues.size(); ++i) timers[i].start(milliseconds(dues[i]));
  const std::uint64_t armed = thread_cpu_ns();
  wait_until_ns(base + (latest(dues) + 2) * 1'000'000);
  const std::uint64_t due = thread_cpu_ns();
  while (fired < dues.size()) on->run_nowait();
  return {armed - begun, thread_cpu_ns() - due};
}

std::uint64_t rearm(std::size_t count, const std::vector<std::uint32_t>& order) {
  static real_loop on;
  timer_block<intrusive_timer> timers(*on, count, [](intrusive_timer&) {});
  for (std::size_t i = 0; i < count; ++i) timers[i].start(milliseconds(first_due(i)));
  const std::uint64_t begun = thread_cpu_ns();
  std::size_t done = 0;
  for (std::uint32_t chosen : order) {
    if ((++done & 255) == 0) on->update_now();
    timers[chosen].start(milliseconds(moved_due));
  }
  return thread_cpu_ns() - begun;
}

}  // namespace

void serve_timers(const arguments& given) {
  if (given.workload() == "timers-fire") timers_fire(given, fire);
  if (given.workload() == "timers-rearm") timers_rearm(given, rearm);
}

}  // namespace bench::subject
