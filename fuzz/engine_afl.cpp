// AFL++: its map counts guards of -fsanitize-coverage=trace-pc-guard. Order coverage registers guards of its own with
// the same call that instrumented code uses, so that the map has room for them, and adds its counts after each run.
#include <algorithm>

#include "fuzz/engine.hpp"

extern "C" {
void __sanitizer_cov_trace_pc_guard_init(std::uint32_t* start, std::uint32_t* stop);
extern std::uint8_t* __afl_area_ptr;
extern std::uint32_t __afl_map_size;
}

namespace {

constexpr std::size_t counters = std::size_t{1} << 14;  // each costs AFL++ a byte of its map in every run
std::uint32_t guards[counters];
std::uint8_t counts[counters];

// Instrumented modules register at priority 2, and AFL++ may start its fork server right after the last of them: among
// the first of the others is early enough, since the driver defers the server to its main().
__attribute__((constructor(101))) void register_guards() {
  __sanitizer_cov_trace_pc_guard_init(guards, guards + counters);
}

}  // namespace

namespace twinloop::fuzz {

std::span<std::uint8_t> order_counters() { return counts; }

/// The guards of the program come before ours, which were registered last.
std::span<const std::uint8_t> code_counters() {
  const std::size_t end = guards[0] != 0 ? guards[0] : __afl_map_size;
  return {__afl_area_ptr, end};
}

void publish_order_counters() {
  for (std::size_t i = 0; i < counters; ++i) {
    if (counts[i] == 0) continue;
    std::uint8_t& place = __afl_area_ptr[guards[i]];
    place = static_cast<std::uint8_t>(std::min(255, place + counts[i]));
    counts[i] = 0;
  }
}

}  // namespace twinloop::fuzz
