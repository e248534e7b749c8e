// What the figures come to: of each contender over all rows, and of the default search on each row.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_SUMMARY_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_SUMMARY_HPP

#include <string>
#include <vector>

#include "scenarios/bugs/bench/verdict.hpp"

namespace bugs::bench {

/// A line for each contender.
std::string contenders_table(const std::vector<row_figures>& all, const options& asked);

/// A line for each row: shrinking, false alarms, replays, targets.
std::string default_search_table(const std::vector<row_figures>& all);

}  // namespace bugs::bench

#endif
