// The one line that a benchmark program prints:    NAME VALUE UNIT [key=value ...]
//
// Open-ended workloads run for ever: the measured threads bump() a counter, the main thread sleeps, reads it at both
// ends of a window, prints the rate and ends the process. Finite ones call report() with what they measured.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <string>

#include "harness/arguments.hpp"
#include "harness/clocks.hpp"

namespace bench {

inline std::atomic<std::uint64_t> operations{0};
/// The process ends when so many operations are done: for counting instructions and system calls exactly.
inline std::uint64_t operations_wanted = UINT64_MAX;

/// `ops=N`, for open-ended workloads that end by count. Before any measured thread starts.
inline void end_after(const arguments& given) {
  if (const std::size_t wanted = given.number("ops", 0); wanted != 0) operations_wanted = wanted;
}

[[noreturn]] inline void report(const std::string& name, double value, const char* unit, const std::string& extras) {
  std::printf("%s %.6g %s %s\n", name.c_str(), value, unit, extras.c_str());
  std::fflush(stdout);
  _exit(0);  // the measured threads still run: nothing may be destroyed under them
}

/// Counts finished operations. One thread only: it is a plain load and store.
inline void bump(std::uint64_t count = 1) {
  const std::uint64_t done = operations.load(std::memory_order_relaxed) + count;
  operations.store(done, std::memory_order_relaxed);
  if (done >= operations_wanted) report("ended-by-count", static_cast<double>(done), "operations", "");
}

/// Measures the rate of bump() over `dur` ms after `warm` ms. `scale` turns counts into the unit.
[[noreturn]] inline void measure(const arguments& given, const std::string& name, const char* unit, double scale = 1) {
  const long window = static_cast<long>(given.number("dur", 1000)), warm = static_cast<long>(given.number("warm", 250));
  while (operations_wanted != UINT64_MAX) sleep_ns(1'000'000'000);  // bump() ends the process
  const std::uint64_t patience = wall_ns() + 20'000'000'000u;
  while (operations.load() == 0) {
    sleep_ns(2'000'000);
    if (wall_ns() < patience) continue;
    std::fprintf(stderr, "%s: no progress within 20 s\n", name.c_str());
    _exit(1);
  }
  sleep_ns(warm * 1'000'000);
  const std::uint64_t count_before = operations.load(), wall_before = wall_ns(), cpu_before = process_cpu_ns();
  sleep_ns(window * 1'000'000);
  const std::uint64_t count_after = operations.load(), wall_after = wall_ns(), cpu_after = process_cpu_ns();
  const double count = static_cast<double>(count_after - count_before) * scale;
  const double wall = static_cast<double>(wall_after - wall_before);
  const double cpu = static_cast<double>(cpu_after - cpu_before);
  report(name, count / wall * 1e9, unit,
         fmt::format("cpu_ns_per_op={:.5g} cores_used={:.2f} total={}", count > 0 ? cpu / count : 0.0, cpu / wall,
                     count_after));
}

/// Reports `count` operations that took `nanoseconds` of CPU time.
[[noreturn]] inline void report_rate(const std::string& name, std::size_t count, std::uint64_t nanoseconds,
                                     const char* unit, const std::string& extras = "") {
  const double taken = static_cast<double>(nanoseconds), number = static_cast<double>(count);
  report(name, number / taken * 1e9, unit,
         fmt::format("ns_per_op={:.2f} rss_mib={:.0f} {}", taken / number, peak_memory_mib(), extras));
}

}  // namespace bench
