// Calls of the system's libraries that the linker leads through functions of ours: ld's --wrap makes f of every object
// and static library __wrap_f, and calls the real one __real_f. The list stands in CMakeLists.txt beside this file.
//
// Wrappers run in every thread and before main, also when a sanitizer's own start calls them: nothing in them is
// instrumented until a simulated program is known to run.
#ifndef TWINLOOP_SIM_TESTING_WRAPPED_CALL_HPP
#define TWINLOOP_SIM_TESTING_WRAPPED_CALL_HPP

#include <array>
#include <cstddef>
#include <string>

/// Declares __real_FUNCTION and begins the definition of __wrap_FUNCTION.
#define TWINLOOP_WRAPPED(returned, function, ...)     \
  extern "C" returned __real_##function(__VA_ARGS__); \
  extern "C" returned __wrap_##function(__VA_ARGS__); \
  extern "C" __attribute__((no_sanitize("thread", "address", "undefined"))) returned __wrap_##function(__VA_ARGS__)

namespace twinloop::testing {

/// Who called: to be taken in a wrapper, and named when it is told.
class call_stack {
 public:
  static call_stack here();
  /// Whether a signal handler made the call: that of a fuzzer's or a profiler's timer, say, and not the program that it
  /// interrupted.
  static bool in_signal_handler();
  /// Where the program made the call: stack_note.hpp's program_line.
  std::string place() const;

 private:
  std::array<void*, 12> frames_{};
  std::size_t count_ = 0;
};

}  // namespace twinloop::testing

#endif
