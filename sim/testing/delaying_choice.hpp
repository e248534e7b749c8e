// The choice of a run that says how long a step takes to become ready.
#ifndef TWINLOOP_SIM_TESTING_DELAYING_CHOICE_HPP
#define TWINLOOP_SIM_TESTING_DELAYING_CHOICE_HPP

#include "sim/testing/observation.hpp"

namespace twinloop::testing {

/// How late due timers are noticed, how long a call or the last call of a job takes in the pool, how long a lookup
/// does. A larger answer makes the step later and with it all that it did, while a completion that is held back has
/// done before what it did in the pool. Nothing if there is no such choice, or it was not asked.
std::optional<sim::choice_record> delaying_choice(const observation& run, std::size_t at);

}  // namespace twinloop::testing

#endif
