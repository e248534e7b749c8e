// The story of B06 and B07: a cache that asks once for many.
#ifndef TWINLOOP_SCENARIOS_BUGS_SINGLE_FLIGHT_HPP
#define TWINLOOP_SCENARIOS_BUGS_SINGLE_FLIGHT_HPP

#include "scenarios/bugs/bug.hpp"

namespace bugs {

inline constexpr const char* oracle_of_keys = "B06.answer_matches_key";
inline constexpr const char* oracle_of_errors = "B07.waiter_gets_the_error";

/// With `upstream_may_fail`, all clients ask for one key, each lookup may fail by choice, and the buggy line is the one
/// of B07; without, each client asks for a key of its own, and it is the one of B06.
void run_single_flight(sim::world& world, const dials& dial, bool upstream_may_fail);

}  // namespace bugs

#endif
