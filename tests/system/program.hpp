// A program started as a user starts it, with its output caught.
#ifndef TWINLOOP_TESTS_SYSTEM_PROGRAM_HPP
#define TWINLOOP_TESTS_SYSTEM_PROGRAM_HPP

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace system_test {

class program {
 public:
  /// Starts `words[0]` with the rest as its arguments. It dies with the test.
  explicit program(const std::vector<std::string>& words);
  ~program();  ///< kills it if it still runs
  program(const program&) = delete;
  program& operator=(const program&) = delete;

  pid_t pid() const { return pid_; }
  /// The next line of its standard output, without line end; empty at the end of output.
  std::string read_line();
  void kill(int signal);
  /// Waits for its end. The exit status, or 128 + the signal that ended it.
  int wait();
  /// All that was not yet read of its standard output, and its standard error, up to its end.
  std::string rest_of_output();
  std::string errors();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  int errors_ = -1;
  int status_ = 0;
  std::string buffered_;
};

struct finished {
  int status;
  std::string output;
  std::string errors;
};
/// Runs a program to its end.
finished run(const std::vector<std::string>& words);

/// Reads lines until "listening on HOST:PORT"; gives back the port. Throws, with what it said, if the server ends
/// first.
std::uint16_t read_port(program& server);

}  // namespace system_test

#endif
