// The machine's two clocks, in the loop's types.
#ifndef TWINLOOP_REAL_CLOCK_HPP
#define TWINLOOP_REAL_CLOCK_HPP

#include <ctime>

#include "twinloop/time.hpp"

namespace twinloop::real {

inline std::int64_t read_clock(clockid_t which) noexcept {
  timespec value{};
  clock_gettime(which, &value);
  return std::int64_t{value.tv_sec} * 1'000'000'000 + value.tv_nsec;
}

/// CLOCK_MONOTONIC, which epoll's timeouts run on too.
inline time_point read_monotonic() noexcept { return time_point(duration(read_clock(CLOCK_MONOTONIC))); }

inline wall_time read_wall() noexcept { return wall_time(duration(read_clock(CLOCK_REALTIME))); }

}  // namespace twinloop::real

#endif
