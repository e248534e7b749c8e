// The rows of the bug benchmark, both twins of each, as a fuzz target's.
#include "fuzz/program.hpp"
#include "scenarios/bugs/rows.hpp"

namespace twinloop::fuzz {

const char* program_name() { return "bugs"; }
std::vector<testing::scenario> program_scenarios() { return bugs::all_scenarios(); }

}  // namespace twinloop::fuzz
