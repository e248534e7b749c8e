// The scenarios that a schedule fuzzer's binary has; each binary is linked with one definition of them.
#ifndef TWINLOOP_FUZZ_PROGRAM_HPP
#define TWINLOOP_FUZZ_PROGRAM_HPP

#include <vector>

#include "twinloop/testing.hpp"

namespace twinloop::fuzz {

/// The name of the scenario binary that replays what is found: "kv".
const char* program_name();
std::vector<testing::scenario> program_scenarios();

}  // namespace twinloop::fuzz

#endif
