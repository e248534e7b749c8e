// Reads the dials of a row from the settings of its scenario.
#include <algorithm>
#include <charconv>
#include <string>

#include "scenarios/bugs/bug.hpp"

namespace bugs {
namespace {

std::uint32_t number(const std::string& text, std::uint32_t min, std::uint32_t max) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::clamp(value, min, max);
}

}  // namespace

dials read_dials(const twinloop::testing::configuration& settings) {
  dials read;
  auto setting = [&](const char* name) -> const std::string* {
    auto found = settings.find(name);
    return found == settings.end() ? nullptr : &found->second;
  };
  if (const std::string* text = setting("twin")) read.buggy = *text != "fixed";
  if (const std::string* text = setting("clients")) read.clients = number(*text, 1, 64);
  if (const std::string* text = setting("noise_chains")) read.noise_chains = number(*text, 0, 64);
  if (const std::string* text = setting("noise_length")) read.noise_length = number(*text, 0, 1000);
  if (const std::string* text = setting("latency")) read.spread_latency = *text == "spread";
  return read;
}

}  // namespace bugs
