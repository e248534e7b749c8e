// Time as the loop knows it: integer nanoseconds on two clocks that have no now().
//
//   time_point due = loop.now() + 250ms;
//
// Both clock types are tags: time comes only from the loop (or, below it, the kernel), so that code which reads a
// clock of its own does not compile by accident. In simulation the same types hold virtual time.
#ifndef TWINLOOP_TIME_HPP
#define TWINLOOP_TIME_HPP

#include <chrono>
#include <cstdint>

namespace twinloop {

using duration = std::chrono::nanoseconds;

/// Monotonic time of one kernel: never goes back, its zero means nothing. Points of two kernels do not compare.
struct loop_clock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = twinloop::duration;
  using time_point = std::chrono::time_point<loop_clock, twinloop::duration>;
  static constexpr bool is_steady = true;
};
using time_point = loop_clock::time_point;

/// Civil time: nanoseconds since 1970-01-01 00:00 UTC; may step and drift. In simulation each host has its own.
struct wall_clock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = twinloop::duration;
  using time_point = std::chrono::time_point<wall_clock, twinloop::duration>;
  static constexpr bool is_steady = false;
};
using wall_time = wall_clock::time_point;

/// "No deadline": later than every real point in time.
inline constexpr time_point never = time_point::max();

}  // namespace twinloop

#endif
