// What a search's strategies know of its subject: learned in worker processes, so that a run that dies teaches nothing
// and harms nothing.
#ifndef TWINLOOP_SIM_TESTING_LEARNING_HPP
#define TWINLOOP_SIM_TESTING_LEARNING_HPP

#include "sim/testing/subject.hpp"
#include "sim/testing/worker.hpp"

namespace twinloop::testing {

/// Runs the learning runs of search `seed` and gives back what they taught: the same in every process. As many workers
/// as runs die, and one.
sim::search_model learn_isolated(shared_memory& memory, const subject& what, std::uint64_t seed,
                                 const watch_options& options);

/// The plan of run `run` of search `seed`.
inline sim::search_plan plan_of(const subject& what, std::uint64_t seed, std::uint64_t run) {
  return sim::plan_run(seed, run, what.kinds, what.learned, what.how);
}
/// The source that answers run `run` of search `seed`; the subject, with what was learned about it, outlives it.
inline std::unique_ptr<sim::search_source> source_of(const subject& what, std::uint64_t seed, std::uint64_t run) {
  return sim::make_source(plan_of(what, seed, run), what.learned);
}

}  // namespace twinloop::testing

#endif
