// The search: schedules of one subject, run in worker processes until one fails or the budget is used up.
#ifndef TWINLOOP_SIM_TESTING_EXPLORE_HPP
#define TWINLOOP_SIM_TESTING_EXPLORE_HPP

#include "sim/testing/finding.hpp"

namespace twinloop::testing {

struct search_status {
  std::uint64_t runs = 0;
  std::uint64_t choices = 0;
  std::uint64_t failing = 0;  ///< runs
  double seconds = 0;
};

struct explore_options {
  std::uint64_t seed = 1;
  std::uint64_t runs = 10'000;
  std::optional<double> seconds{};  ///< wall time; whichever of the two ends first
  bool keep_going = false;          ///< past the first failure
  bool isolate_each_run = false;    ///< a process for each run: slow, for programs that leak state
  std::chrono::milliseconds stall{10'000};
  std::function<bool()> interrupted{};                      ///< asked often; true ends the search
  std::function<void(const search_status&)> on_progress{};  ///< called often
  std::function<void(const finding&)> on_finding{};         ///< the first of each name, as soon as it is confirmed
};

struct exploration {
  search_status status;
  std::vector<finding> found;                   ///< the first of each name, in the order of their runs
  std::map<std::string, std::uint64_t> counts;  ///< failing runs by name
  bool interrupted = false;
};

exploration explore(shared_memory& memory, const subject& what, const explore_options& options);

}  // namespace twinloop::testing

#endif
