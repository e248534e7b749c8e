// Clocks and memory of the measuring process. The programs under test never see them.
#pragma once

#include <sys/resource.h>
#include <time.h>

#include <cstdint>

namespace bench {

inline std::uint64_t read_clock(clockid_t which) {
  timespec read;
  clock_gettime(which, &read);
  return static_cast<std::uint64_t>(read.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(read.tv_nsec);
}

inline std::uint64_t wall_ns() { return read_clock(CLOCK_MONOTONIC); }
inline std::uint64_t process_cpu_ns() { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }
/// Finite single-threaded runs are timed with this: being preempted by other jobs of the machine does not count.
inline std::uint64_t thread_cpu_ns() { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

inline void sleep_ns(long nanoseconds) {
  timespec pause{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  nanosleep(&pause, nullptr);
}
inline void wait_until_ns(std::uint64_t due) {
  while (wall_ns() < due) sleep_ns(200'000);
}

inline double peak_memory_mib() {
  rusage used;
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024;
}

}  // namespace bench
