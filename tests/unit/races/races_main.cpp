// The racing programs as a scenario binary.
#include "tests/unit/races/races.hpp"

int main(int argc, char** argv) { return twinloop::testing::scenario_main(argc, argv, races::all()); }
