// The stories of the `echo` binary: the echo pair and its buggy twin.
#include <array>

#include "scenarios/echo/check.hpp"
#include "scenarios/echo/scenarios.hpp"
#include "twinloop/testing.hpp"

namespace {

using twinloop::testing::configuration;

echo::story_settings story_of(const configuration& settings) {
  return {.messages = static_cast<std::uint32_t>(twinloop::testing::number_of(settings, "messages"))};
}

void run_echo(twinloop::sim::world& world, const configuration& settings) {
  echo::run_story(world, story_of(settings));
}
void run_twin(twinloop::sim::world& world, const configuration& settings) {
  echo::story_settings story = story_of(settings);
  story.drop_without_recheck = true;
  echo::run_story(world, story);
}

}  // namespace

std::span<const twinloop::testing::scenario> echo::scenarios() {
  const std::uint32_t kinds = twinloop::sim::bit(twinloop::sim::choice_kind::user);
  const twinloop::testing::declared_settings defaults{
      {"messages", twinloop::testing::setting::number(echo::story_settings{}.messages, 1, 100)}};
  static const std::array<twinloop::testing::scenario, 2> all{{
      {"echo", "idle peers go, live ones stay, lost connections come back", run_echo, kinds, false, defaults},
      {"echo-drop_without_recheck", "a peer that spoke in the last moment is dropped as idle", run_twin, kinds, true,
       defaults},
  }};
  return all;
}
