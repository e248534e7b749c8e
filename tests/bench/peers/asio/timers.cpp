// timers-fire and timers-rearm on Asio.
#include "peers/asio/settings.hpp"
// Asio reads its macros from above.
#include <asio.hpp>

#include "harness/timer_workloads.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

using timer = asio::system_timer;
using std::chrono::milliseconds;

std::size_t fired;

fire_time fire(const std::vector<std::uint32_t>& dues) {
  asio::io_context context{1};
  std::vector<timer> timers;
  timers.reserve(dues.size());
  for (std::size_t i = 0; i < dues.size(); ++i) timers.emplace_back(context);
  const auto base = timer::clock_type::now();
  const std::uint64_t start = wall_ns(), begun = thread_cpu_ns();
  for (std::size_t i = 0; i < dues.size(); ++i) {
    timers[i].expires_at(base + milliseconds(dues[i]));
    timers[i].async_wait([](std::error_code) { ++fired; });
  }
  const std::uint64_t armed = thread_cpu_ns();
  wait_until_ns(start + (latest(dues) + 2) * 1'000'000);
  const std::uint64_t due = thread_cpu_ns();
  while (fired < dues.size()) {
    context.restart();
    context.poll();
  }
  return {armed - begun, thread_cpu_ns() - due};
}

std::uint64_t rearm(std::size_t count, const std::vector<std::uint32_t>& order) {
  static asio::io_context context{1};
  static std::vector<timer> timers;
  auto guard = asio::make_work_guard(context);
  timers.reserve(count);
  auto now = timer::clock_type::now();
  for (std::size_t i = 0; i < count; ++i) {
    timers.emplace_back(context);
    timers[i].expires_at(now + milliseconds(first_due(i)));
    timers[i].async_wait([](std::error_code) {});
  }
  const std::uint64_t begun = thread_cpu_ns();
  std::size_t done = 0;
  for (std::uint32_t chosen : order) {
    if ((++done & 255) == 0) {
      now = timer::clock_type::now();
      context.poll();  // runs the handlers of the waits that were aborted
    }
    timers[chosen].expires_at(now + milliseconds(moved_due));
    timers[chosen].async_wait([](std::error_code) {});
  }
  return thread_cpu_ns() - begun;
}

}  // namespace

void serve_timers(const arguments& given) {
  if (given.workload() == "timers-fire") timers_fire(given, fire);
  if (given.workload() == "timers-rearm") timers_rearm(given, rearm);
}

}  // namespace bench::peer
