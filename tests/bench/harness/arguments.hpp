// The command line of every benchmark program:    PROGRAM WORKLOAD key=value ...
//
// A key that a workload does not know is ignored, so that the runner can give all programs the same ones. Exit status
// 77 means "this program has no such workload", 2 a command line that makes no sense, 1 a run that failed.
#pragma once

#include <errno.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// Ends the process with a sentence and what errno says.
[[noreturn]] inline void fail(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
  _exit(1);
}

/// Ends the process: this program does not have that workload.
[[noreturn]] inline void unsupported() { _exit(77); }

class arguments {
 public:
  arguments(int count, char** values) {
    if (count < 2) refuse("no workload given", "usage: PROGRAM WORKLOAD key=value ...; see tests/bench/README.md");
    workload_ = values[1];
    for (int i = 2; i < count; ++i) {
      std::string_view text = values[i];
      std::size_t split = text.find('=');
      if (split == std::string_view::npos) refuse(values[i], "is not of the form key=value");
      pairs_.emplace_back(text.substr(0, split), text.substr(split + 1));
    }
  }

  const std::string& workload() const { return workload_; }

  std::string text(const char* key, const char* otherwise) const {
    for (const auto& [name, value] : pairs_) {
      if (name == key) return value;
    }
    return otherwise;
  }

  /// A number >= 0; "1e6" is one.
  std::size_t number(const char* key, std::size_t otherwise) const {
    for (const auto& [name, value] : pairs_) {
      if (name != key) continue;
      char* end = nullptr;
      double parsed = std::strtod(value.c_str(), &end);
      bool whole = !value.empty() && *end == '\0';
      if (!whole || !(parsed >= 0) || parsed > 1e15) refuse(key, "wants a number from 0 to 1e15");
      return static_cast<std::size_t>(parsed);
    }
    return otherwise;
  }

 private:
  [[noreturn]] static void refuse(const char* what, const char* why) {
    std::fprintf(stderr, "%s: %s\n", what, why);
    _exit(2);
  }

  std::string workload_;
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace bench
