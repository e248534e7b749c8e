// What a fuzz target needs to know of the fuzzer that runs it: where its counters are.
#ifndef TWINLOOP_FUZZ_ENGINE_HPP
#define TWINLOOP_FUZZ_ENGINE_HPP

#include <cstdint>
#include <span>

namespace twinloop::fuzz {

/// Counters for order coverage; cleared before each run. A power of two of them.
std::span<std::uint8_t> order_counters();
/// Counters of the code that the compiler has instrumented.
std::span<const std::uint8_t> code_counters();
/// After a run: hands the order counters over, if the fuzzer does not read them where they are.
void publish_order_counters();

}  // namespace twinloop::fuzz

#endif
