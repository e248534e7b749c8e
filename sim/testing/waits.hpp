// Who waited for whom: what overtook a step of a run, as compared with the natural one.
#ifndef TWINLOOP_SIM_TESTING_WAITS_HPP
#define TWINLOOP_SIM_TESTING_WAITS_HPP

#include "sim/testing/observation.hpp"

namespace twinloop::testing {

class waits {
 public:
  /// Knows nothing without the steps of both runs. References outlive it.
  waits(const observation& run, const trace* natural);

  /// The step that ran before the step `identity`, and naturally runs after it: one that touches the same thing if
  /// there is one, else one of the same process, else one of the simulator's own there, else any; of several the last.
  /// nullptr if none did.
  const trace_step* of_step(std::uint64_t identity) const;
  /// The same for the first step of that label that was overtaken.
  const trace_step* of_label(std::uint64_t label) const;

  /// How many of its name came before the step `identity`, which the natural run has.
  std::uint32_t occurrence_of(std::uint64_t identity) const;

 private:
  const trace_step* overtaker(const trace_step& naturally, std::size_t natural_position) const;

  const observation& seen_;
  const trace& run_;
  const trace* natural_;
  std::unordered_map<std::uint64_t, std::size_t> in_run_, in_natural_;
};

}  // namespace twinloop::testing

#endif
