// The scenario binary of failure_stories.
#include "tests/unit/testing/failure_stories.hpp"

int main(int argc, char** argv) { return twinloop::testing::scenario_main(argc, argv, failure_stories::all()); }
