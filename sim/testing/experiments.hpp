// Runs that answer a question about a failure: does it still come with these instructions, with those left out, with
// everything else at random? Each in a fresh process, so that a crash is an answer like any other.
#ifndef TWINLOOP_SIM_TESTING_EXPERIMENTS_HPP
#define TWINLOOP_SIM_TESTING_EXPERIMENTS_HPP

#include "sim/testing/candidate.hpp"
#include "sim/testing/failure_signature.hpp"
#include "sim/testing/isolated_run.hpp"

namespace twinloop::testing {

class experiments {
 public:
  /// `expected` is the failure that is asked about. References outlive it.
  experiments(shared_memory& memory, const subject& what, std::uint64_t data_seed, failure_signature expected,
              watch_options watch);

  /// A run with the answers of `source` (nullptr = the natural order), its steps with it.
  observation run(sim::choice_source* source);
  observation natural() { return run(nullptr); }
  /// A run that follows these instructions, and is natural where they say nothing.
  observation follow(const candidate& instructions);
  /// The same, but random where they say nothing; `number` chooses the random run.
  observation follow_at_random(const candidate& instructions, std::uint64_t number);

  /// Whether answers of this kind are asked for at all: what is excluded from a search does not explain its failure.
  bool may_choose(sim::choice_kind kind) const { return (what_.kinds & sim::bit(kind)) != 0; }
  /// Whether a run shows the failure that is asked about.
  bool shows(const observation& seen) const { return signature_of(seen) == expected_; }
  /// "clean", or the failure with its message.
  static std::string outcome(const observation& seen);
  std::uint64_t executions() const { return executions_; }

 private:
  shared_memory& memory_;
  const subject& what_;
  const std::uint64_t data_seed_;
  const failure_signature expected_;
  const watch_options watch_;
  std::uint64_t executions_ = 0;
};

}  // namespace twinloop::testing

#endif
