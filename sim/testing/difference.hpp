// Where two runs that should have been one went apart.
#ifndef TWINLOOP_SIM_TESTING_DIFFERENCE_HPP
#define TWINLOOP_SIM_TESTING_DIFFERENCE_HPP

#include "sim/testing/observation.hpp"

namespace twinloop::testing {

/// The first event (else the first choice) that differs, with both sides, as one line; nothing if there is none.
std::optional<std::string> first_difference(const observation& a, const observation& b);

}  // namespace twinloop::testing

#endif
