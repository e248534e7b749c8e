// One run of a subject in a world of this process.
#ifndef TWINLOOP_SIM_TESTING_RUN_HPP
#define TWINLOOP_SIM_TESTING_RUN_HPP

#include "sim/testing/subject.hpp"

namespace twinloop::testing {

struct run_request {
  const subject* what = nullptr;
  sim::choice_source* source = nullptr;  ///< nullptr = natural order
  std::uint64_t data_seed = 0;
  std::uint64_t run = 0;
  sim::recording* record = nullptr;  ///< nullptr = memory of the world's own
  bool log_events = false;
};

/// Resets `world`, runs the subject in it and sums up what happened. Choices and names stay in the world.
run_result run_in(sim::world& world, const run_request& request);

/// The same in a world that was just reset.
run_result run_prepared(sim::world& world, const subject& what);

/// How many answers of a list were not the natural one.
std::uint64_t count_deviations(std::span<const sim::choice_record> choices);

}  // namespace twinloop::testing

#endif
