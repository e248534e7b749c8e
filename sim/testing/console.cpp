// Where the commands of a scenario binary print.
#include "sim/testing/console.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "sim/testing/text.hpp"

namespace twinloop::testing {

void console::say(std::string_view text) const {
  if (json_) return;
  fmt::print("{}", text);
  std::fflush(stdout);
}

void console::give(const nlohmann::json& object) const {
  if (!json_) return;
  fmt::print("{}\n", object.dump(2));
  std::fflush(stdout);
}

void console::complain(const std::string& program, const std::string& text) const {
  fmt::print(stderr, "{}: {}\n", program, text);
  give({{"error", valid_utf8(text)}});
}

}  // namespace twinloop::testing
