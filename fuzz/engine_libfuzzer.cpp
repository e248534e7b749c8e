// libFuzzer: it reads and clears a section of extra counters by itself, and code is counted in another section by
// -fsanitize=fuzzer (inline 8-bit counters).
#include "fuzz/engine.hpp"

namespace {
constexpr std::size_t counters = std::size_t{1} << 16;
}
__attribute__((section("__libfuzzer_extra_counters"), used)) static std::uint8_t extra_counters[counters];

// Made by the linker; weak, since nothing may be instrumented.
extern "C" {
extern std::uint8_t __start___sancov_cntrs __attribute__((weak, visibility("hidden")));
extern std::uint8_t __stop___sancov_cntrs __attribute__((weak, visibility("hidden")));
}

namespace twinloop::fuzz {

std::span<std::uint8_t> order_counters() { return extra_counters; }

std::span<const std::uint8_t> code_counters() {
  if (&__start___sancov_cntrs == nullptr) return {};
  return {&__start___sancov_cntrs, static_cast<std::size_t>(&__stop___sancov_cntrs - &__start___sancov_cntrs)};
}

void publish_order_counters() {}

}  // namespace twinloop::fuzz
