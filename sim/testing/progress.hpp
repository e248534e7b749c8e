// The progress line of a long command, and Ctrl-C.
#ifndef TWINLOOP_SIM_TESTING_PROGRESS_HPP
#define TWINLOOP_SIM_TESTING_PROGRESS_HPP

#include <chrono>
#include <functional>
#include <string>

namespace twinloop::testing {

/// Shows a line on standard error: rewritten in place on a terminal, else a new one every few seconds.
class progress_line {
 public:
  explicit progress_line(bool wanted);
  ~progress_line();  ///< clears the line
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;
  /// Shows what `text` gives if it is time to.
  void update(const std::function<std::string()>& text);
  /// Takes the line away, so that something else can be printed.
  void clear();

 private:
  bool wanted_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_;
};

/// While it lives, Ctrl-C (and SIGTERM) is noted instead of ending the process; the second one ends it.
class interrupt_guard {
 public:
  interrupt_guard();
  ~interrupt_guard();
  interrupt_guard(const interrupt_guard&) = delete;
  interrupt_guard& operator=(const interrupt_guard&) = delete;
  static bool interrupted();
};

}  // namespace twinloop::testing

#endif
