// Holds a row's figures against the targets.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_VERDICT_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_VERDICT_HPP

#include <string>
#include <vector>

#include "scenarios/bugs/bench/measure.hpp"

namespace bugs::bench {

inline constexpr std::uint32_t shallow = 2;           ///< bug depths that the limits on schedules are for
inline constexpr std::uint64_t median_limit = 20;     ///< schedules to first failure
inline constexpr std::uint64_t p95_limit = 150;       ///< schedules to first failure
inline constexpr double pace_limit = 10'000;          ///< schedules a second of processor time
inline constexpr double rows_not_behind_limit = 0.8;  ///< share of rows with at least the strongest baseline's hit rate

/// Of the default search on one row.
struct verdict {
  bool applies = true;       ///< a row that blind sampling cannot find counts for trust only
  bool soon_enough = false;  ///< median and 95th percentile, for shallow bugs
  bool found = false;        ///< hit rate above 0
  bool not_behind = false;   ///< hit rate at least the strongest baseline's (true when that did not run)
  bool trustworthy = false;  ///< no false alarm, every replay identical, natural order as the row says, nothing else
  /// "met", or "missed: median, NACD, trust".
  std::string text() const;
};
verdict judge(const row_figures& figures);

/// One line for each target, over all rows.
std::vector<std::string> judge_all(const std::vector<row_figures>& all);

}  // namespace bugs::bench

#endif
