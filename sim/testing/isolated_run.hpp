// One run in a fresh process, observed from here.
#ifndef TWINLOOP_SIM_TESTING_ISOLATED_RUN_HPP
#define TWINLOOP_SIM_TESTING_ISOLATED_RUN_HPP

#include "sim/testing/observation.hpp"
#include "sim/testing/worker.hpp"

namespace twinloop::testing {

struct isolated_request {
  const subject* what = nullptr;
  sim::choice_source* source = nullptr;  ///< nullptr = natural; it is the child's copy that answers
  std::uint64_t data_seed = 0;
  std::uint64_t run = 0;
  bool events = false;                         ///< give back the event log too
  const sim::replay_source* strict = nullptr;  ///< whose divergence to report: `source` itself, mostly
  bool steps = false;                          ///< give back the steps and their names too
};

/// Runs it in a worker. A process that dies or stalls is a result like any other: outcome failed, with the failure
/// "crash.SIGSEGV", "crash.exit", "crash.AddressSanitizer.heap-use-after-free", "stalled", or the one that the run had
/// met before it died; hash and choices are those up to there.
observation run_isolated(shared_memory& memory, const isolated_request& request, const watch_options& options);

/// The same in this process, for debuggers: a crash is a crash.
observation run_here(shared_memory& memory, const isolated_request& request);

/// run_isolated with the answers of `choices`, strictly or leniently.
observation replay_isolated(shared_memory& memory, const subject& what, std::uint64_t data_seed,
                            std::vector<sim::choice_record> choices, sim::replay_source::matching how,
                            const watch_options& options);

/// Turns the end of a worker into the result of the run that was under way. Nothing to do for one that finished.
void add_worker_end(shared_memory& memory, const worker_end& end, const watch_options& options, observation& seen);

}  // namespace twinloop::testing

#endif
