// Where the commands of a scenario binary print.
#include "sim/testing/console.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <system_error>

#include "sim/testing/command_line.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {

void console::write(std::string_view text) {
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written && error_ == 0) error_ = errno;
}

void console::say(std::string_view text) {
  if (!json_) write(text);
}

void console::give(const nlohmann::json& object) {
  if (json_) write(object.dump(2) + "\n");
}

int console::finish(const std::string& program, int status) const {
  if (std::ferror(stdout) == 0) return status;  // also of what others wrote: the output of the program that ran
  const std::string reason = error_ == 0 ? "" : ": " + std::generic_category().message(error_);
  fmt::print(stderr, "{}: cannot write to standard output{}; what was to stand there is lost\n", program, reason);
  return exit_wrong_use;
}

void console::complain(const std::string& program, const std::string& text) {
  fmt::print(stderr, "{}: {}\n", program, text);
  give({{"error", valid_utf8(text)}});
}

}  // namespace twinloop::testing
