// The search: schedules of one subject, run in worker processes until the budget is used up.
#ifndef TWINLOOP_SIM_TESTING_EXPLORE_HPP
#define TWINLOOP_SIM_TESTING_EXPLORE_HPP

#include "sim/testing/coverage.hpp"
#include "sim/testing/failure_signature.hpp"
#include "sim/testing/finding.hpp"
#include "sim/testing/interval_set.hpp"
#include "sim/testing/shard.hpp"

namespace twinloop::testing {

struct search_status {
  std::uint64_t runs = 0;
  std::uint64_t choices = 0;   ///< in runs that ended clean
  std::uint64_t failing = 0;   ///< runs
  std::uint64_t distinct = 0;  ///< failures that were kept
  double seconds = 0;
  coverage_report seen{};
};

/// One distinct failure.
struct kept_failure {
  finding first;            ///< of the lowest run that showed it
  std::uint64_t count = 0;  ///< runs that showed it
};

struct exploration {
  search_status status;
  std::map<failure_signature, kept_failure> failures;
  std::vector<finding> found;                   ///< the first of each, in the order of their runs
  std::map<std::string, std::uint64_t> counts;  ///< failing runs, by the text of their signature
  interval_set done;                            ///< places of the shard done by now, with those of before
  coverage seen;                                ///< of this search only
  std::uint64_t killed = 0;                     ///< workers that somebody else killed; their runs were done again
  bool watched = true;                          ///< coverage was
  bool interrupted = false;
  bool enough = false;     ///< it ended because of max_failures
  bool saturated = false;  ///< it ended because of until_saturated
};

struct explore_options {
  std::uint64_t seed = 1;
  std::uint64_t runs = 10'000;                    ///< of the whole search, all shards together
  shard part{};                                   ///< which of them are run here
  std::optional<double> seconds{};                ///< wall time; whichever of the two ends first
  interval_set done{};                            ///< places of this shard that an earlier search has done
  std::function<bool(std::uint64_t run)> skip{};  ///< runs that other shards have done
  unsigned jobs = 1;                              ///< workers at a time
  std::uint64_t max_failures = 1;  ///< distinct ones, then the search ends; 0 = it goes on. 1 = the first
  /// So many runs without a new class (see coverage.hpp), those of earlier searches included, end the search; 0 = no
  /// number does. How far workers are by then depends on their timing.
  std::uint64_t until_saturated = 0;
  bool watch_coverage = true;     ///< costs time: docs/searching.md says how much
  coverage seen_before{};         ///< by earlier searches and other shards
  bool isolate_each_run = false;  ///< a process for each run: slow, for programs that leak state
  std::chrono::milliseconds stall{10'000};
  std::function<bool()> interrupted{};                      ///< asked often; true ends the search
  std::function<void(const search_status&)> on_progress{};  ///< called often
  /// Each distinct failure as soon as it is confirmed; and once more when a run of a lower number shows it.
  std::function<void(const failure_signature&, const finding&)> on_finding{};
  /// Every few seconds, with what has been done and found so far.
  std::function<void(const exploration&)> on_checkpoint{};
};

/// Searches. The lowest run that shows a failure, and with max_failures 0 everything but the time, are the same for
/// any number of jobs. With max_failures 1 the one failure that is kept is that of the lowest failing run.
/// `memory` serves for runs of a single process, as confirmations.
exploration explore(shared_memory& memory, const subject& what, const explore_options& options);

}  // namespace twinloop::testing

#endif
