// B23 for searches that draw inputs and schedules together: the story with a given start value.
#ifndef TWINLOOP_SCENARIOS_BUGS_LINEAR_HPP
#define TWINLOOP_SCENARIOS_BUGS_LINEAR_HPP

#include "scenarios/bugs/bug.hpp"

namespace bugs {

/// The row's story from `start`. The buggy twin fails, as "B23.value_is_never_zero", for the start values -17 and -68
/// (and what differs from them by a multiple of 2^30), for each in two of the six orders; in the natural order for
/// none.
void run_linear(sim::world& world, const dials& dial, std::int32_t start);

}  // namespace bugs

#endif
