// A program run to its end, with what it printed.
#ifndef TWINLOOP_TESTS_UNIT_TESTING_SUBPROCESS_HPP
#define TWINLOOP_TESTS_UNIT_TESTING_SUBPROCESS_HPP

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

struct finished_program {
  int status = -1;  ///< exit status; 128 + n for signal n
  std::string output;
  std::string errors;
};

/// Runs a shell command in `directory`.
inline finished_program run_program(const std::string& directory, const std::string& command) {
  const auto read = [](const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string out = directory + "/.out";
  const std::string err = directory + "/.err";
  const std::string line = "cd '" + directory + "' && { " + command + "; } >'" + out + "' 2>'" + err + "' </dev/null";
  const int status = std::system(line.c_str());
  finished_program ended;
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended.output = read(out);
  ended.errors = read(err);
  return ended;
}

#endif
