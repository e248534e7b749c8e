// Why a run fails: the few choices that matter, the pair of callbacks whose order decides, both orders side by side,
// and what was run to be sure of it. Everything that is said here was executed.
#ifndef TWINLOOP_SIM_TESTING_EXPLANATION_HPP
#define TWINLOOP_SIM_TESTING_EXPLANATION_HPP

#include <nlohmann/json_fwd.hpp>

#include "sim/testing/confidence.hpp"
#include "sim/testing/finding.hpp"
#include "sim/testing/racing_pair.hpp"
#include "sim/testing/shrink.hpp"
#include "sim/testing/timeline.hpp"

namespace twinloop::testing {

struct explanation {
  std::optional<std::string> problem;  ///< why there is none: the failure did not recur
  shrink_result shrunk;                ///< the run that is explained: as small as its failure allows
  observation natural;                 ///< the natural run with the same settings
  std::optional<racing_pair> race;     ///< nothing if no single pair decides, or it fails in the natural order
  confidence sure;
  std::vector<timeline_line> timeline;
  bool list_suffices = false;  ///< the deviations alone, matched leniently, bring the failure back
  std::uint64_t executions = 0;
};

/// Explains the failing run that `choices` and `data_seed` give; `expected` is its failure.
explanation explain(shared_memory& memory, const subject& what, std::uint64_t data_seed,
                    std::vector<sim::choice_record> choices, const run_result& expected, const shrink_options& options);

/// The natural run of `what` in a fresh process, with its steps.
observation run_natural(shared_memory& memory, const subject& what, std::uint64_t data_seed,
                        const watch_options& options);

/// The parts for people, one after the other: the race, the timeline, how sure it is.
std::string explanation_text(const explanation& why);
/// The same for tools.
nlohmann::json explanation_json(const explanation& why);

}  // namespace twinloop::testing

#endif
