// Tells a process that works from one that never will again: by its CPU time, not by the clock on the wall.
#ifndef TWINLOOP_SIM_TESTING_WATCHDOG_HPP
#define TWINLOOP_SIM_TESTING_WATCHDOG_HPP

#include <sys/types.h>

#include <chrono>
#include <cstdint>

#include "sim/testing/shared_memory.hpp"

namespace twinloop::testing {

/// Everything that changes while a worker makes progress.
struct progress_mark {
  std::uint64_t begun = 0;      ///< runs
  std::uint64_t committed = 0;  ///< choices of the run under way
  std::int64_t now = 0;         ///< its virtual time
  bool naming = false;          ///< it waits for the system to name a place of its stack
  bool operator==(const progress_mark&) const = default;
};
progress_mark look_at_progress(shared_memory& memory);

/// Looks at one child process every now and then. A child that is merely slow, because the machine is busy or because
/// it is stopped, is never blamed: it uses no CPU time and does not sleep either.
class watchdog {
 public:
  enum class verdict : std::uint8_t {
    fine,
    looping,  ///< it used `limit` of CPU time and came no step further
    blocked,  ///< it slept in a system call for `limit`, whenever it was looked at, and used no CPU time
  };
  /// Names of a place come from another program, which reads all of a large executable: that may take as long.
  static constexpr std::chrono::seconds naming_limit{60};
  watchdog(pid_t child, std::chrono::milliseconds limit);
  verdict look(const progress_mark& mark);

 private:
  using wall = std::chrono::steady_clock;
  /// CPU time of the child so far; where the system cannot tell, the time on the wall.
  std::chrono::nanoseconds cpu_time() const;
  bool sleeping() const;

  pid_t child_;
  std::chrono::milliseconds limit_;
  progress_mark last_;
  std::chrono::nanoseconds cpu_at_progress_{0};
  std::chrono::nanoseconds cpu_at_sleep_{0};
  wall::time_point asleep_since_;
};

}  // namespace twinloop::testing

#endif
