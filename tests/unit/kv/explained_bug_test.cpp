// Goal: the explanation of a bug of the server pairs no two callbacks across a restart: these cannot race.
// Method: a planted bug that only a crash shows, found by the default search under a fixed seed.
#include <gtest/gtest.h>

#include "scenarios/kv/scenarios.hpp"
#include "sim/testing/explanation.hpp"
#include "sim/testing/explore.hpp"

namespace kv {
namespace {

using twinloop::testing::trace;
using twinloop::testing::trace_step;

/// How often the process of `step` had started when it ran; nothing if it did not run.
std::optional<int> life_of(const twinloop::testing::observation& seen, const trace_step& step) {
  int starts = 0;
  for (const trace_step& each : seen.steps) {
    if (each.process == step.process && seen.step_names.at(each.identity).ends_with(" starts")) ++starts;
    if (each.identity == step.identity) return starts;
  }
  return std::nullopt;
}

twinloop::testing::explanation explain_bug(std::uint64_t seed) {
  const auto story = twinloop::testing::find_scenario(scenarios(), "kv-segment_not_durable");
  const twinloop::testing::subject what = twinloop::testing::make_subject(story, {});
  twinloop::testing::shared_memory memory;
  twinloop::testing::explore_options search;
  search.seed = seed;
  const auto done = twinloop::testing::explore(memory, what, search);
  if (done.found.empty()) throw std::runtime_error("it was not found");
  const twinloop::testing::run_result& met = done.found.front().seen.result;
  twinloop::testing::shrink_options options;
  options.executions = 200;  // so that choices of order are left beside the fault
  options.seconds = 60;      // so that a busy machine shrinks as far as an idle one
  return twinloop::testing::explain(memory, what, seed, met.choices, met, options);
}

TEST(explained_bug, pairs_no_callbacks_across_a_restart) {
  int races = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const auto why = explain_bug(seed);
    if (!why.race) continue;  // the fault alone decided
    ++races;
    const auto& pair = why.race->pair;
    EXPECT_EQ(life_of(why.race->clean, pair.first), life_of(why.race->clean, pair.second))
        << "seed " << seed << "\nA  " << why.race->clean.step_names.at(pair.first.identity) << "\nB  "
        << why.race->clean.step_names.at(pair.second.identity);
  }
  EXPECT_GT(races, 0) << "then this says nothing";
}

}  // namespace
}  // namespace kv
