// Parts of results as JSON, which the commands print too.
#ifndef TWINLOOP_SIM_TESTING_RESULTS_JSON_HPP
#define TWINLOOP_SIM_TESTING_RESULTS_JSON_HPP

#include <nlohmann/json_fwd.hpp>

#include "sim/testing/results.hpp"

namespace twinloop::testing {

nlohmann::json failures_json(const result_failures& failures);
nlohmann::json coverage_json(const std::optional<coverage_report>& seen);
nlohmann::json summary_json(const result_summary& sum);

}  // namespace twinloop::testing

#endif
