// The smallest number of deviations that shows a failure, by trying them all: what shrinking is held against. Knows
// nothing of how the shrinker works.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_OPTIMUM_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_OPTIMUM_HPP

#include <cstdint>
#include <functional>
#include <optional>

#include "twinloop/choices.hpp"

namespace bugs::bench {

struct optimum {
  std::optional<std::uint32_t> deviations;  ///< 0, 1 or 2; nothing if two do not suffice, or there were too many pairs
  std::uint64_t at_least = 0;               ///< no fewer than so many can show it
  std::uint64_t runs = 0;
};

/// Runs the natural order; then for each of its questions each other answer, with natural ones after it; then, for each
/// of these runs, each other answer to each later question, unless that takes more than `runs_max`. `shows` runs the
/// program with a source and tells whether the failure came. Questions of a kind that is not in `kinds` keep their
/// natural answer.
optimum find_optimum(const std::function<bool(twinloop::sim::choice_source&)>& shows, std::uint32_t kinds,
                     std::uint64_t runs_max);

}  // namespace bugs::bench

#endif
