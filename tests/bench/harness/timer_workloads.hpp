// The timer workloads: timers-fire and timers-rearm.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "harness/affinity.hpp"
#include "harness/random.hpp"
#include "harness/report.hpp"

namespace bench {

/// CPU time that arming and firing took.
struct fire_time {
  std::uint64_t arm_ns;
  std::uint64_t fire_ns;
};

/// `fire(dues)` arms one one-shot timer an entry (ms from now), waits until all are due, and runs them all.
template <class Fire>
[[noreturn]] void timers_fire(const arguments& given, Fire fire) {
  const std::size_t count = given.number("n", 1'000'000);
  const std::uint64_t window = given.number("window", 1000);
  std::vector<std::uint32_t> dues(count);
  random_numbers random(given.number("seed", 1));
  for (auto& due : dues) due = 1 + static_cast<std::uint32_t>(random.below(window));
  pin(0);
  const fire_time taken = fire(dues);
  const double each = static_cast<double>(count);
  report_rate(fmt::format("timers-fire-n{}", count), count, taken.arm_ns + taken.fire_ns, "timers/s",
              fmt::format("arm_ns={:.1f} fire_ns={:.1f}", static_cast<double>(taken.arm_ns) / each,
                          static_cast<double>(taken.fire_ns) / each));
}

inline std::uint64_t latest(const std::vector<std::uint32_t>& dues) {
  return *std::max_element(dues.begin(), dues.end());
}

/// `rearm(n, order)`: n armed timers of 60 s; cancel and restart order[i], for each i, the loop's notion of now moving
/// on every 256 operations. Gives back the CPU time that took.
template <class Rearm>
[[noreturn]] void timers_rearm(const arguments& given, Rearm rearm) {
  const std::size_t count = given.number("n", 1'000'000), operations_wanted = given.number("ops", 1'000'000);
  std::vector<std::uint32_t> order(operations_wanted);
  random_numbers random(given.number("seed", 2));
  for (auto& chosen : order) chosen = static_cast<std::uint32_t>(random.below(count));
  pin(0);
  const std::uint64_t taken = rearm(count, order);
  report_rate(fmt::format("timers-rearm-n{}", count), operations_wanted, taken, "rearm/s");
}

/// What all of the timers are due at, in ms from the start, before they are moved.
inline std::uint32_t first_due(std::size_t index) { return 60'000 + static_cast<std::uint32_t>(index % 1000); }
inline constexpr std::uint32_t moved_due = 61'000;

}  // namespace bench
