// The figures as tables for people, and as JSON.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_REPORT_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_REPORT_HPP

#include <string>
#include <vector>

#include "scenarios/bugs/bench/verdict.hpp"

namespace bugs::bench {

/// Of every contender: schedules and time to first failure, hit rates, tests against the baselines, orders and pairs
/// seen, pace, and what that comes to over all rows. Of the default search: shrinking, trust, targets.
std::string tables(const std::vector<row_figures>& all, const options& asked);
/// Everything, as one JSON object.
std::string json_text(const std::vector<row_figures>& all, const options& asked);

}  // namespace bugs::bench

#endif
