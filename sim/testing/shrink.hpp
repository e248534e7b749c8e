// Shrinking: the fewest deviations from the natural order that still show the same failure.
#ifndef TWINLOOP_SIM_TESTING_SHRINK_HPP
#define TWINLOOP_SIM_TESTING_SHRINK_HPP

#include "sim/testing/isolated_run.hpp"

namespace twinloop::testing {

struct shrink_options {
  std::uint64_t executions = 5'000;
  double seconds = 10;  ///< wall time
  std::chrono::milliseconds stall{10'000};
  std::function<bool()> interrupted{};
  std::function<void(std::uint64_t executions, std::uint64_t deviations)> on_progress{};
};

struct shrink_result {
  std::optional<std::string> problem;  ///< why nothing was shrunk: the failure did not recur
  observation best;                    ///< confirmed in a fresh process; its names are there
  std::uint64_t executions = 0;
  std::uint64_t deviations_before = 0;
  double seconds = 0;
  bool one_by_one = false;     ///< candidates ran in a process each
  bool out_of_budget = false;  ///< it might become smaller yet
};

/// Shrinks the failing run that `choices` and `data_seed` give; `expected` is its failure.
shrink_result shrink(shared_memory& memory, const subject& what, std::uint64_t data_seed,
                     std::vector<sim::choice_record> choices, const run_result& expected,
                     const shrink_options& options);

}  // namespace twinloop::testing

#endif
