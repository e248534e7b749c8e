// The command line of the echo server.
#include <fmt/core.h>

#include <charconv>
#include <cstdio>

#include "scenarios/echo/server.hpp"

namespace echo {
namespace {

constexpr const char* usage = "usage: echo_server [--bind ADDRESS] [--port N] [--idle-ms N]\n";

bool read_number(const std::string& text, std::int64_t max, std::int64_t& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out >= 0 && out <= max;
}

/// The result is empty, or says what is wrong.
std::string parse(const twinloop::arguments& words, server_options& out) {
  for (std::size_t index = 0; index < words.size(); index += 2) {
    const std::string& name = words[index];
    if (name != "--bind" && name != "--port" && name != "--idle-ms") return fmt::format("unknown option '{}'", name);
    if (index + 1 == words.size()) return fmt::format("option {} needs a value", name);
    const std::string& value = words[index + 1];
    std::int64_t number = 0;
    if (name == "--bind") {
      auto parsed = twinloop::address::parse(value, out.bind.port);
      if (!parsed) return fmt::format("option --bind: '{}' is not an IPv4 or IPv6 address", value);
      parsed->port = out.bind.port;
      out.bind = *parsed;
    } else if (name == "--port") {
      if (!read_number(value, 65535, number)) return fmt::format("option --port: '{}' is not a port number", value);
      out.bind.port = static_cast<std::uint16_t>(number);
    } else {
      if (!read_number(value, 86'400'000, number) || number == 0) {
        return fmt::format("option --idle-ms: '{}' is not a number of milliseconds from 1 to 86400000", value);
      }
      out.idle_timeout = std::chrono::milliseconds(number);
    }
  }
  return {};
}

}  // namespace

int echo_main(twinloop::loop& loop, twinloop::arguments words) {
  server_options options;
  if (words.size() == 1 && words[0] == "--help") {
    fmt::print("{}", usage);
    return 0;
  }
  if (std::string wrong = parse(words, options); !wrong.empty()) {
    fmt::print(stderr, "echo_server: {}\n{}", wrong, usage);
    return 2;
  }
  server running(loop, options);
  if (auto started = running.start(); !started) {
    fmt::print(stderr, "echo_server: cannot listen on {}: {}\n", options.bind.text(),
               twinloop::message(started.error()));
    return 1;
  }
  fmt::print("listening on {}\n", running.local().value().text());
  std::fflush(stdout);
  loop.run();
  return 0;
}

}  // namespace echo
