// A scenario binary with a single scenario, for the tests of its command line.
#include "tests/unit/testing/stories.hpp"

int main(int argc, char** argv) { return twinloop::testing::scenario_main(argc, argv, stories::all().first(1)); }
