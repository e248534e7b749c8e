// The little statistics that tests of samplers need.
#ifndef TWINLOOP_TESTS_UNIT_STRATEGIES_STATISTICS_HPP
#define TWINLOOP_TESTS_UNIT_STRATEGIES_STATISTICS_HPP

#include <algorithm>
#include <cmath>

#include "twinloop/choices.hpp"

namespace twinloop::sim::test {

constexpr std::uint32_t bit_of(choice_kind kind) { return 1u << static_cast<unsigned>(kind); }

/// A chi-square value as a standard normal one (Wilson and Hilferty 1931).
inline double standardized_chi_square(double value, double degrees_of_freedom) {
  const double spread = 2 / (9 * degrees_of_freedom);
  return (std::cbrt(value / degrees_of_freedom) - (1 - spread)) / std::sqrt(spread);
}

/// The standard deviation of a share of `runs` runs whose true value is about `share`; not less than for one hit.
inline double share_deviation(double share, double runs) {
  const double likely = std::clamp(share, 1 / runs, 1 - 1 / runs);
  return std::sqrt(likely * (1 - likely) / runs);
}

}  // namespace twinloop::sim::test

#endif
