// The stories of kv, as a fuzz target's.
#include "fuzz/program.hpp"
#include "scenarios/kv/scenarios.hpp"

namespace twinloop::fuzz {

const char* program_name() { return "kv"; }
std::vector<testing::scenario> program_scenarios() { return {kv::scenarios().begin(), kv::scenarios().end()}; }

}  // namespace twinloop::fuzz
