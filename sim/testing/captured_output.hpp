// Where the output of a worker goes: a file without a name, which keeps what was printed when the process dies.
#ifndef TWINLOOP_SIM_TESTING_CAPTURED_OUTPUT_HPP
#define TWINLOOP_SIM_TESTING_CAPTURED_OUTPUT_HPP

#include <cstdio>
#include <string>

namespace twinloop::testing {

class captured_output {
 public:
  captured_output();
  ~captured_output();
  captured_output(const captured_output&) = delete;
  captured_output& operator=(const captured_output&) = delete;

  /// In the child: standard output and standard error lead here from now on.
  void redirect_this_process() const;
  /// Copies what was printed since the last call to this process's standard output.
  void show_news();
  /// What was printed, if that is little; else its end, and the sanitizer's report that stands before it.
  std::string text() const;

 private:
  std::string read(long from, long size) const;
  std::FILE* file_;  ///< nullptr: there was no room for one, and output goes nowhere
  long shown_ = 0;
};

}  // namespace twinloop::testing

#endif
