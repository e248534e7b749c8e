// The `echo` binary: runs, searches, replays and shrinks its stories.
#include "scenarios/echo/scenarios.hpp"

int main(int argc, char** argv) {
  return twinloop::testing::scenario_main(argc, argv, echo::scenarios(), "echo::scenarios()");
}
