// The figures as tables for people, and as JSON.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_REPORT_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_REPORT_HPP

#include <string>
#include <vector>

#include "scenarios/bugs/bench/verdict.hpp"

namespace bugs::bench {

/// Schedules to first failure of every contender, hit rates, and what else there is about the default search.
std::string tables(const std::vector<row_figures>& all, const options& asked);
/// Everything, as one JSON object.
std::string json(const std::vector<row_figures>& all, const options& asked);

}  // namespace bugs::bench

#endif
