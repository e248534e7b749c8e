// What people read of a search: the progress line and the summary.
#ifndef TWINLOOP_SIM_TESTING_EXPLORE_TEXT_HPP
#define TWINLOOP_SIM_TESTING_EXPLORE_TEXT_HPP

#include "sim/testing/explore.hpp"
#include "sim/testing/kept_results.hpp"
#include "sim/testing/report.hpp"

namespace twinloop::testing {

/// Paths of replay files, by failure.
using replay_files = std::map<failure_signature, std::string>;

/// "kv: 1 204 of 10 000 runs, 8 906 runs/s, no failure, 3 % chance of a new trace class, 1 s left".
std::string progress_text(const std::string& name, const search_status& status, const explore_options& options);
/// The line that says how it went, and one for each failure.
std::string summary_text(const std::string& name, const exploration& done, const explore_options& options,
                         const replay_files& files, const palette& colours);
/// What the results hold, with those of earlier searches.
std::string kept_text(const kept_results& kept, const palette& colours);
/// The failures of results, one a line.
std::string failures_text(const result_failures& failures);

}  // namespace twinloop::testing

#endif
