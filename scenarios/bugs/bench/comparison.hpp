// Each contender against those that searches are measured by.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_COMPARISON_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_COMPARISON_HPP

#include <string>
#include <vector>

#include "scenarios/bugs/bench/measure.hpp"

namespace bugs::bench {

inline constexpr double significant = 0.01;  ///< p below this counts as a difference where rows are counted

/// One contender against a rival, on one row.
struct comparison {
  std::optional<median_ratio> times_sooner;
  log_rank_result test;
  bool sooner() const { return test.p < significant && test.excess > 0; }
  bool later() const { return test.p < significant && test.excess < 0; }
  /// "2.5 (.003)": the ratio and p; ">2.5" and "<2.5" where one median is only bounded, "-" where both are.
  std::string text() const;
};
comparison compare(const cell& contender, const cell& rival);

/// Those of the measured contenders that others are held against.
std::vector<std::string> rivals_among(const std::vector<std::string>& contenders);

/// A table for each rival.
std::string comparison_tables(const std::vector<row_figures>& all, const options& asked);

}  // namespace bugs::bench

#endif
