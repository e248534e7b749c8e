// What tells one failure from another.
#define XXH_INLINE_ALL
#include "sim/testing/failure_signature.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <set>

#include "sim/testing/finding.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

constexpr std::size_t site_max = 240;

bool digit(char letter) { return letter >= '0' && letter <= '9'; }
bool hex_digit(char letter) {
  return digit(letter) || (letter >= 'a' && letter <= 'f') || (letter >= 'A' && letter <= 'F');
}

/// Cut at a length that people can read; the end keeps two long ones apart.
std::string bounded(std::string text) {
  if (text.size() <= site_max) return text;
  const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
  text.resize(site_max);
  return fmt::format("{}...{:08x}", valid_utf8(text), static_cast<std::uint32_t>(hash));
}

std::string kind_of(const run_result& result) {
  const std::string_view name = result.broke.name;
  if (name == leaking_state_name || name == not_deterministic_name) return std::string(name);
  for (const std::string_view known : {"assertion", "exception", "leak", "never_ran", "recording"}) {
    if (name == known) return std::string(known);
  }
  if (name.starts_with("data_race")) return "sanitizer";
  if (name == "stalled") return "endless_loop";
  if (name == "crash.exit") return "exit";
  if (name.starts_with("crash.")) return name.find("Sanitizer") == std::string_view::npos ? "crash" : "sanitizer";
  if (name.starts_with("expectation at ")) return "expectation";
  switch (result.ended) {
    case sim::outcome::hung:
      return "hang";
    case sim::outcome::livelock:
      return "livelock";
    case sim::outcome::slow:
      return "slow";
    default:
      return "check";
  }
}

std::string running_at_the_end(const observation& seen) {
  if (seen.steps.empty()) return {};
  const std::uint64_t label = seen.steps.back().label;
  const auto found = seen.result.names.find(label);
  return found == seen.result.names.end() ? hex(label) : normalised(found->second);
}

}  // namespace

std::string normalised(std::string_view text) {
  std::string out;
  bool in_word = false;  // digits of a word such as utf8 say what it is, not which one
  for (std::size_t at = 0; at < text.size();) {
    const char letter = text[at];
    const bool of_word = letter == '_' || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    if (!digit(letter) || in_word) {
      in_word = of_word || (in_word && digit(letter));
      out += letter;
      ++at;
      continue;
    }
    const bool in_hex = text.substr(at).starts_with("0x");
    if (in_hex) at += 2;
    while (at < text.size() && (in_hex ? hex_digit(text[at]) : digit(text[at]))) ++at;
    out += 'N';
  }
  return out;
}

std::string site_of(const std::vector<std::string>& lines) {
  std::set<std::string> distinct;
  for (const std::string& line : lines) {
    std::string words = line;
    const std::size_t begin = words.find(" [");  // made at: for display only
    const std::size_t end = begin == std::string::npos ? begin : words.find(']', begin);
    if (end != std::string::npos) words.erase(begin, end + 1 - begin);
    distinct.insert(normalised(words));
  }
  std::string text;
  for (const std::string& each : distinct) text += (text.empty() ? "" : "; ") + each;
  return bounded(std::move(text));
}

std::string site_of(const sim::failure& broke) {
  if (broke.name != "assertion" && broke.name != "exception") return {};
  const std::string file = base_name(broke.place.substr(0, broke.place.rfind(':')));
  return bounded(normalised(file.empty() ? broke.message : fmt::format("{}: {}", file, broke.message)));
}

failure_signature signature_of(const run_result& result) {
  return {kind_of(result), normalised(result.broke.name), valid_utf8(result.site)};
}

failure_signature signature_of(const observation& seen) {
  if (!failing(seen.result)) return {};
  failure_signature known = signature_of(seen.result);
  const bool death = known.kind == "crash" || known.kind == "endless_loop";
  if (death && known.site.empty()) known.site = valid_utf8(running_at_the_end(seen));
  return known;
}

std::string failure_signature::text() const { return site.empty() ? name : fmt::format("{} [{}]", name, site); }

std::string failure_signature::key() const {
  const std::string all = fmt::format("{}\n{}\n{}", kind, name, site);
  return fmt::format("{:08x}", static_cast<std::uint32_t>(XXH3_64bits(all.data(), all.size())));
}

}  // namespace twinloop::testing
