// How the death of a worker reads as a failure of the run that was under way.
#ifndef TWINLOOP_SIM_TESTING_DEATH_HPP
#define TWINLOOP_SIM_TESTING_DEATH_HPP

#include "sim/testing/worker.hpp"
#include "twinloop/sim.hpp"

namespace twinloop::testing {

/// Its name is the same for the same bug on every machine: "crash.SIGSEGV", "crash.exit", "stalled",
/// "crash.AddressSanitizer.stack-overflow"; or what the run had met before it died.
sim::failure describe_death(const worker_end& end, const sim::recording::header& head, std::chrono::milliseconds stall);

}  // namespace twinloop::testing

#endif
