// The systematic searches of search.hpp over one subject, in a worker process, so that a run that dies is a failure
// with its choices like any other.
#ifndef TWINLOOP_SIM_TESTING_SYSTEMATIC_HPP
#define TWINLOOP_SIM_TESTING_SYSTEMATIC_HPP

#include <functional>

#include "sim/testing/finding.hpp"

namespace twinloop::testing {

enum class systematic_search : std::uint8_t {
  dpor,  ///< sim::dpor: a run of each trace class
  dfs,   ///< sim::explore_all: every schedule, fewest deviations first
};

struct systematic_status {
  std::uint64_t runs = 0;       ///< executions, the failing one with them
  std::uint64_t classes = 0;    ///< distinct trace classes among those that ended clean
  std::uint64_t redundant = 0;  ///< dpor: runs given up because they only repeat a class
  double seconds = 0;
};

struct systematic_options {
  systematic_search how = systematic_search::dpor;
  std::uint64_t seed = 1;         ///< of the program's random bytes
  std::uint64_t runs = 10'000;    ///< executions at most
  std::optional<double> seconds;  ///< wall time; whichever of the two ends first
  std::chrono::milliseconds stall{10'000};
  std::function<bool()> interrupted{};                          ///< asked often; true ends the search
  std::function<void(const systematic_status&)> on_progress{};  ///< called often
};

struct systematic_result {
  systematic_status status;
  std::uint64_t choices = 0;     ///< in runs that ended clean
  std::uint64_t forced = 0;      ///< picks that fairness decided: schedules that starve somebody were left out
  std::uint32_t deviations = 0;  ///< dfs: everything with up to so many was run
  bool complete = false;         ///< nothing was left to run, and nothing failed
  bool interrupted = false;
  std::optional<finding> failure;  ///< ends the search
};

/// Searches what `what.kinds` span, up to the first failure, which is confirmed in a fresh process.
systematic_result search_systematically(shared_memory& memory, const subject& what, const systematic_options& options);

}  // namespace twinloop::testing

#endif
