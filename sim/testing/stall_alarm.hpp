// Ends a test whose schedules run in its own process when one of them never ends.
#ifndef TWINLOOP_SIM_TESTING_STALL_ALARM_HPP
#define TWINLOOP_SIM_TESTING_STALL_ALARM_HPP

#include <chrono>

#include "twinloop/choices.hpp"

namespace twinloop::testing {

/// While it lives, code of a program under test that makes no step in `limit` of this thread's CPU time ends the
/// process by SIGABRT, after a line that says so: a debugger then shows where it loops, and a crash_note how to get
/// there again. A thread that is stopped or waits uses no CPU time and is not blamed. One at a time in a process, by
/// whose thread it is destroyed; where the system has no such timer, and where somebody else handles its signal,
/// SIGPROF, it does nothing.
class stall_alarm {
 public:
  explicit stall_alarm(std::chrono::milliseconds limit);
  ~stall_alarm();
  stall_alarm(const stall_alarm&) = delete;
  stall_alarm& operator=(const stall_alarm&) = delete;

  /// While it lives, code of a program under test runs. A step is a choice or virtual time in `record`, if there is
  /// one, or the beginning of another scope. Without an alarm it does nothing.
  class scope {
   public:
    explicit scope(const sim::recording* record);
    ~scope();
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;
  };
};

}  // namespace twinloop::testing

#endif
