// Ends a test whose schedules run in its own process when one of them never ends.
#ifndef TWINLOOP_SIM_TESTING_STALL_ALARM_HPP
#define TWINLOOP_SIM_TESTING_STALL_ALARM_HPP

#include <chrono>

#include "twinloop/choices.hpp"

namespace twinloop::testing {

/// While it lives, a run recorded into `record` that makes no step in `limit` of the process's CPU time ends the
/// process by SIGABRT, after a line that says so: a debugger then shows where it loops, and a crash_note how to get
/// there again. A process that is merely stopped or waits uses no CPU time and is not blamed. One at a time in a
/// process; where the system has no such timer, and where somebody else handles its signal, SIGVTALRM, it does nothing.
class stall_alarm {
 public:
  stall_alarm(const sim::recording& record, std::chrono::milliseconds limit);
  ~stall_alarm();
  stall_alarm(const stall_alarm&) = delete;
  stall_alarm& operator=(const stall_alarm&) = delete;
};

}  // namespace twinloop::testing

#endif
