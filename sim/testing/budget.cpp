// How long a search may take.
#include "sim/testing/budget.hpp"

#include <fmt/format.h>

#include <charconv>

namespace twinloop::testing {
namespace {

/// One word of a budget; false if it is none.
bool add_word(const std::string& word, budget& to) {
  double amount = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), amount);
  if (error != std::errc() || !(amount > 0) || amount > 1e15) return false;
  const std::string unit(end, word.data() + word.size());
  if (unit == "runs" || unit == "run" || unit.empty()) {
    const auto whole = static_cast<std::uint64_t>(amount);
    if (static_cast<double>(whole) != amount) return false;
    to.runs = whole;
    return true;
  }
  const double seconds = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  if (seconds > 0) to.seconds = amount * seconds;
  return seconds > 0;
}

}  // namespace

std::optional<budget> parse_budget(const std::string& text, std::string& error) {
  budget parsed;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!add_word(word, parsed)) {
      error = fmt::format("\"{}\" is no budget; write it as 30s, 5m, 2h or 10000runs", word);
      return std::nullopt;
    }
    at = end + 1;
  }
  return parsed;
}

}  // namespace twinloop::testing
