// The stories of echo, as a fuzz target's.
#include "fuzz/program.hpp"
#include "scenarios/echo/scenarios.hpp"

namespace twinloop::fuzz {

const char* program_name() { return "echo"; }
std::vector<testing::scenario> program_scenarios() { return {echo::scenarios().begin(), echo::scenarios().end()}; }

}  // namespace twinloop::fuzz
