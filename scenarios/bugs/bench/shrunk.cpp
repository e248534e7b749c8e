// Hands a failure to the shrinker.
#include "scenarios/bugs/bench/shrunk.hpp"

#include "sim/testing/shrink.hpp"

namespace bugs::bench {

std::optional<double> shrunk::ratio() const {
  if (!best.deviations || *best.deviations == 0) return std::nullopt;
  return static_cast<double>(after) / *best.deviations;
}

std::optional<std::string> shrink_found(const found_failure& found, shrunk& into) {
  twinloop::testing::shared_memory memory;
  const auto done = twinloop::testing::shrink(memory, *found.what, found.seed, found.choices, found.broke, {});
  if (done.problem) return done.problem;
  into = {.contender = found.contender,
          .seed = found.seed,
          .before = done.deviations_before,
          .after = done.best.result.deviations,
          .executions = done.executions,
          .cached = done.cached,
          .slips = done.slips,
          .out_of_budget = done.out_of_budget,
          .seconds = done.seconds};
  return std::nullopt;
}

}  // namespace bugs::bench
