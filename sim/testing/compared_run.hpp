// A run with what is asked of it when it is compared with another one.
#ifndef TWINLOOP_SIM_TESTING_COMPARED_RUN_HPP
#define TWINLOOP_SIM_TESTING_COMPARED_RUN_HPP

#include "sim/testing/causal_past.hpp"
#include "sim/testing/observation.hpp"

namespace twinloop::testing {

struct compared_run {
  explicit compared_run(const observation& of);  ///< which outlives it
  const observation& seen;
  const trace& steps;
  const std::unordered_map<std::uint64_t, std::size_t> at;
  const causal_past past;
  const std::vector<std::uint32_t> lives;  ///< for each step, how often its process had started
};

/// What the deviations of a run are about.
class subjects_of_deviations {
 public:
  explicit subjects_of_deviations(const observation& run);
  bool contain(const trace_step& step) const {
    return identities_.contains(step.identity) || labels_.contains(step.label);
  }

 private:
  std::unordered_set<std::uint64_t> identities_;
  std::unordered_set<std::uint64_t> labels_;
};

/// Whether a step is the simulator's own: a thread of the pool takes a job.
bool is_bookkeeping(const observation& seen, std::uint64_t identity);

/// Whether a step is due timers of its process; which of them is not known.
bool runs_due_timers(const observation& seen, std::uint64_t identity);

/// Whether what has the step's name in the other run was started by other code: what became of the step is not known.
bool is_of_other_code(const compared_run& run, std::size_t step, const compared_run& other);

}  // namespace twinloop::testing

#endif
