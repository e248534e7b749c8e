// The `echo` binary: searches the schedules of the echo pair and of its buggy twin.
#include <array>

#include "scenarios/echo/check.hpp"
#include "twinloop/testing.hpp"

namespace {

using twinloop::testing::configuration;

void run_echo(twinloop::sim::world& world, const configuration&) { echo::run_story(world, {}); }
void run_twin(twinloop::sim::world& world, const configuration&) {
  echo::run_story(world, {.drop_without_recheck = true});
}

}  // namespace

int main(int argc, char** argv) {
  std::uint32_t kinds = twinloop::sim::bit(twinloop::sim::choice_kind::user);
  const std::array<twinloop::testing::scenario, 2> all{{
      {"echo", "idle peers go, live ones stay, lost connections come back", run_echo, kinds, false, {}},
      {"echo-drop_without_recheck",
       "a peer that spoke in the last moment is dropped as idle",
       run_twin,
       kinds,
       true,
       {}},
  }};
  return twinloop::testing::scenario_main(argc, argv, all);
}
