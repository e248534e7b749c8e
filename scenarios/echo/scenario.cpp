// The stories of the `echo` binary: the echo pair and its buggy twin.
#include <array>

#include "scenarios/echo/check.hpp"
#include "scenarios/echo/scenarios.hpp"
#include "twinloop/testing.hpp"

namespace {

using twinloop::testing::configuration;

void run_echo(twinloop::sim::world& world, const configuration&) { echo::run_story(world, {}); }
void run_twin(twinloop::sim::world& world, const configuration&) {
  echo::run_story(world, {.drop_without_recheck = true});
}

}  // namespace

std::span<const twinloop::testing::scenario> echo::scenarios() {
  const std::uint32_t kinds = twinloop::sim::bit(twinloop::sim::choice_kind::user);
  static const std::array<twinloop::testing::scenario, 2> all{{
      {"echo", "idle peers go, live ones stay, lost connections come back", run_echo, kinds, false, {}},
      {"echo-drop_without_recheck",
       "a peer that spoke in the last moment is dropped as idle",
       run_twin,
       kinds,
       true,
       {}},
  }};
  return all;
}
