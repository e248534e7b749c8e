// What ThreadSanitizer reports while runs go on in this process, as failures of those runs. Without it: nothing.
#ifndef TWINLOOP_SIM_TESTING_RACE_REPORT_HPP
#define TWINLOOP_SIM_TESTING_RACE_REPORT_HPP

#include <optional>

#include "twinloop/sim.hpp"

namespace twinloop::testing {

/// The first report since the last call. Its name is made of what races, not of where in the file or on which address,
/// and the same whichever of the two came first: "data_race: fill_table (load.cpp) / use_table (main.cpp)".
/// Reports about thread-local variables are left out: simulated jobs share those of the one thread, real ones do not.
/// Takes the time of a symbolizer's run if there is one. Needs no lock: one thread runs worlds.
std::optional<sim::failure> take_race();

/// Whether this is a failure that a process shows in one run only: ThreadSanitizer reports equal stacks once a process.
bool reported_once(const sim::failure& broke);

/// Ends a forked worker with status 0, whatever was reported and taken since it began: ThreadSanitizer's own end of a
/// process would change the status, and sleep for a second. What nobody took still ends it with TSan's status.
[[noreturn]] void leave_worker();

}  // namespace twinloop::testing

#endif
