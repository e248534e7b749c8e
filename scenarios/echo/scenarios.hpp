// The stories of echo, for the `echo` binary and for its fuzz target.
#ifndef TWINLOOP_SCENARIOS_ECHO_SCENARIOS_HPP
#define TWINLOOP_SCENARIOS_ECHO_SCENARIOS_HPP

#include <span>

#include "twinloop/testing.hpp"

namespace echo {

std::span<const twinloop::testing::scenario> scenarios();

}  // namespace echo

#endif
