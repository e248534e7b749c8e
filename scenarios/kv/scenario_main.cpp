// The `kv` binary: runs, searches, replays and shrinks its stories.
#include "scenarios/kv/scenarios.hpp"

int main(int argc, char** argv) {
  return twinloop::testing::scenario_main(argc, argv, kv::scenarios(), "kv::scenarios()");
}
