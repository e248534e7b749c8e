// A worker process: a fork of this one that does something while this one watches it, so that a crash or an endless
// loop of the program under test is an observation and not the end.
#ifndef TWINLOOP_SIM_TESTING_WORKER_HPP
#define TWINLOOP_SIM_TESTING_WORKER_HPP

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "sim/testing/shared_memory.hpp"

namespace twinloop::testing {

enum class output_of_program : std::uint8_t {
  captured,  ///< kept, and its end is given back
  shown,     ///< the same, and on its way it is copied to this process's standard output
};

struct watch_options {
  /// A worker that uses so much CPU time without a step, or that sleeps in a system call for so long, is killed.
  std::chrono::milliseconds stall{10'000};
  output_of_program output = output_of_program::captured;
  /// Asked every few milliseconds; false ends the worker: after its run if that ends soon, else by force.
  std::function<bool()> go_on{};
};

struct worker_end {
  enum class how : std::uint8_t {
    finished,  ///< it did all that it was asked to
    died,      ///< of a signal, or by leaving
    looping,   ///< killed: it used CPU time and came no step further
    blocked,   ///< killed: it slept in a system call
    stopped,   ///< killed: it was asked to stop and did not in time
  };
  how ended = how::finished;
  int status = 0;      ///< as waitpid gives it
  std::string output;  ///< the last few kilobytes that it printed
};

/// One worker under way. Not copied, not moved; its destructor kills what still runs.
class worker {
 public:
  /// Forks, and runs `work` in the child on the freshly cleared `memory`. The child leaves by _exit: no destructors of
  /// static objects, no exit handlers. Throws std::system_error if the system gives no process.
  worker(shared_memory& memory, const watch_options& options, const std::function<void()>& work);
  ~worker();
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  /// Becomes readable (or hung up) when the process has gone: for poll.
  int descriptor() const;
  /// Never waits. Its end, once there is one; to be called every few milliseconds until then, and not after.
  std::optional<worker_end> look();
  /// Asks it to end after the run under way; a moment later look() ends it by force.
  void ask_to_stop();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// Waits until one of the descriptors is readable, at most for a moment that suits look().
void wait_for_workers(const std::vector<int>& descriptors);

/// A worker from its start to its end.
worker_end run_worker(shared_memory& memory, const watch_options& options, const std::function<void()>& work);

}  // namespace twinloop::testing

#endif
