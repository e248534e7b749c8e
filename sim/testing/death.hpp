// How the death of a worker reads as a failure of the run that was under way.
#ifndef TWINLOOP_SIM_TESTING_DEATH_HPP
#define TWINLOOP_SIM_TESTING_DEATH_HPP

#include <chrono>

#include "sim/testing/worker.hpp"
#include "twinloop/sim.hpp"

namespace twinloop::testing {

struct death {
  /// Its name is the same for the same bug on every machine: "crash.SIGSEGV", "crash.exit", "stalled",
  /// "crash.AddressSanitizer.stack-overflow"; or what the run had met before it died.
  sim::failure broke;
  std::string site;  ///< see run_result::site
};

death describe_death(shared_memory& memory, const worker_end& end, std::chrono::milliseconds stall);

/// The patience with runs of which it is known that they end as `expected`: an endless loop need not be waited for as
/// long as a run of which nothing is known.
std::chrono::milliseconds stall_of_known(const sim::failure& expected, std::chrono::milliseconds stall);

/// The failure of a run that went on to its end after a sanitizer had printed a report, or leaked memory; nothing if
/// `output` holds none.
std::optional<death> describe_report(const std::string& output);

}  // namespace twinloop::testing

#endif
