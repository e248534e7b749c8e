// The figures of shrinking as a table for people, held against the targets, and as JSON.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_SHRINKING_REPORT_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_SHRINKING_REPORT_HPP

#include <string>
#include <vector>

#include "scenarios/bugs/bench/shrinking.hpp"

namespace bugs::bench {

inline constexpr std::uint64_t shrink_executions_limit = 35;  ///< median, of all failures
inline constexpr std::uint64_t shrunk_deviations_limit = 2;   ///< for bugs of depth up to 2
inline constexpr double shrunk_ratio_limit = 1.5;             ///< to the exhaustive optimum

std::string shrinking_table(const std::vector<shrinking_row>& all, const options& asked);
std::string shrinking_json(const std::vector<shrinking_row>& all, const options& asked);

}  // namespace bugs::bench

#endif
