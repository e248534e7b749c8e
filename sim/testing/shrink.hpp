// Shrinking: the fewest deviations from the natural order that still show the same failure, and the least work.
#ifndef TWINLOOP_SIM_TESTING_SHRINK_HPP
#define TWINLOOP_SIM_TESTING_SHRINK_HPP

#include "sim/testing/failure_signature.hpp"
#include "sim/testing/isolated_run.hpp"

namespace twinloop::testing {

struct shrink_options {
  std::uint64_t executions = 5'000;
  std::uint64_t patience = 300;  ///< executions in a row that made nothing smaller, after which it is enough
  double seconds = 10;           ///< wall time
  std::chrono::milliseconds stall{10'000};
  std::function<bool()> interrupted{};
  std::function<void(std::uint64_t executions, std::uint64_t deviations)> on_progress{};
};

/// Another failure than the one that was shrunk, met on the way.
struct also_seen {
  failure_signature what;
  std::uint64_t count = 0;
  std::vector<sim::choice_record> choices;  ///< of its smallest run
  configuration settings;
};

struct shrink_result {
  std::optional<std::string> problem;  ///< why nothing was shrunk: the failure did not recur
  observation best;                    ///< confirmed in a fresh process; its names are there
  configuration settings;              ///< what it ran with: sizes may be smaller
  failure_signature failure;
  std::uint64_t executions = 0;  ///< all but the confirmations in fresh processes
  std::uint64_t cached = 0;      ///< candidates that needed no run
  std::uint64_t slips = 0;       ///< candidates that failed in another way, and so were rejected
  std::uint64_t deviations_before = 0;
  double seconds = 0;
  bool natural_fails = false;  ///< it fails in the natural order
  bool one_by_one = false;     ///< candidates ran in a process each
  bool out_of_budget = false;  ///< it might become smaller yet
  std::vector<also_seen> others;
};

/// Shrinks the failing run that `choices` and `data_seed` give; `expected` is its failure (outcome and name).
shrink_result shrink(shared_memory& memory, const subject& what, std::uint64_t data_seed,
                     std::vector<sim::choice_record> choices, const run_result& expected,
                     const shrink_options& options);

}  // namespace twinloop::testing

#endif
