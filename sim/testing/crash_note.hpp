// The last words of a test that crashes while its schedules run in the test's own process: how to run that one again.
#ifndef TWINLOOP_SIM_TESTING_CRASH_NOTE_HPP
#define TWINLOOP_SIM_TESTING_CRASH_NOTE_HPP

#include <cstdint>
#include <string>

namespace twinloop::testing {

/// While it lives, a fatal signal first prints `before`, the number of the run under way, and `after`; then whoever
/// handled that signal before gets it. One at a time in a process.
class crash_note {
 public:
  crash_note(std::string before, std::string after);
  ~crash_note();
  crash_note(const crash_note&) = delete;
  crash_note& operator=(const crash_note&) = delete;
  void set_run(std::uint64_t run);
};

}  // namespace twinloop::testing

#endif
