// The `bugs` binary: lists, runs, searches, replays and shrinks the rows of the bug benchmark. B01 is the buggy twin of
// a row, B01.fixed the fixed one.
#include "scenarios/bugs/rows.hpp"

int main(int argc, char** argv) {
  return twinloop::testing::scenario_main(argc, argv, bugs::all_scenarios(), "bugs::all_scenarios()");
}
