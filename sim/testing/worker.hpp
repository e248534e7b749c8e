// A worker process: a fork of this one that does something while this one watches it, so that a crash or an endless
// loop of the program under test is an observation and not the end.
#ifndef TWINLOOP_SIM_TESTING_WORKER_HPP
#define TWINLOOP_SIM_TESTING_WORKER_HPP

#include <chrono>
#include <functional>
#include <string>

#include "sim/testing/shared_memory.hpp"

namespace twinloop::testing {

enum class output_of_program : std::uint8_t {
  captured,  ///< kept, and its end is given back
  shown,     ///< goes where this process's output goes
};

struct watch_options {
  /// A worker that makes no step for so long (wall time) is killed.
  std::chrono::milliseconds stall{10'000};
  output_of_program output = output_of_program::captured;
  /// Asked every few milliseconds; false ends the worker: after its run if that ends soon, else by force.
  std::function<bool()> go_on{};
};

struct worker_end {
  enum class how : std::uint8_t { finished, died, stalled, stopped };
  how ended = how::finished;
  int status = 0;      ///< as waitpid gives it
  std::string output;  ///< the last few kilobytes that it printed, if captured
};

/// Forks, runs `work` in the child on the freshly cleared `memory`, and waits for its end. The child leaves by _exit:
/// no destructors of static objects, no exit handlers. Throws std::system_error if the system gives no process.
worker_end run_worker(shared_memory& memory, const watch_options& options, const std::function<void()>& work);

}  // namespace twinloop::testing

#endif
