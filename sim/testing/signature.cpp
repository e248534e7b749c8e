// What makes two failures the same one.
#include "sim/testing/signature.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

bool is_digit(char letter) { return std::isdigit(static_cast<unsigned char>(letter)) != 0; }
bool is_letter(char letter) { return std::isalpha(static_cast<unsigned char>(letter)) != 0 || letter == '_'; }

/// "0x7ffe..." or "1 234" or "12": how long the number at `at` is; 0 if there is none.
std::size_t number_length(std::string_view text, std::size_t at) {
  std::size_t end = at;
  if (text.substr(at).starts_with("0x")) {
    end += 2;
    while (end < text.size() && std::isxdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
    return end - at;
  }
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

/// Without "[file:line]", which is for display.
std::string without_places(std::string_view text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == '[' ? text.find(']', at) : std::string_view::npos;
    const bool place = end != std::string_view::npos && text.substr(at, end - at).find(':') != std::string_view::npos;
    if (place) {
      at = end + 1;
    } else {
      kept += text[at++];
    }
  }
  return kept;
}

std::string waiting_set(const run_result& result) {
  constexpr std::string_view head = "  waiting: ";
  std::set<std::string> waiting;
  std::string_view report = result.report;
  while (!report.empty()) {
    const std::size_t end = std::min(report.find('\n'), report.size());
    const std::string_view line = report.substr(0, end);
    if (line.starts_with(head)) waiting.insert(normalise(without_places(line.substr(head.size()))));
    report.remove_prefix(std::min(end + 1, report.size()));
  }
  std::string all;
  for (const std::string& each : waiting) all += (all.empty() ? "" : "; ") + each;
  return all;
}

std::string running_at_the_end(const observation& seen) {
  if (seen.steps.empty()) return {};
  const std::uint64_t label = seen.steps.back().label;
  const auto found = seen.result.names.find(label);
  return found == seen.result.names.end() ? hex(label) : normalise(found->second);
}

std::string file_of(const std::string& place) { return base_name(place.substr(0, place.rfind(':'))); }

}  // namespace

std::string normalise(std::string_view text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = number_length(text, at);
    const bool part_of_word = !kept.empty() && is_letter(kept.back());
    if (length == 0 || part_of_word) {
      const std::size_t taken = std::max<std::size_t>(length, 1);
      kept += text.substr(at, taken);
      at += taken;
      continue;
    }
    kept += '#';
    at += length;
  }
  return kept;
}

std::string signature::text() const {
  std::string words = what;
  if (!site.empty()) words += " " + site;
  if (!secondary.empty()) words += " (" + secondary + ")";
  return words;
}

signature signature_of(const observation& seen) {
  const run_result& result = seen.result;
  if (!failing(result)) return {};
  const std::string ended = sim::name(result.ended);
  const std::string& name = result.broke.name;
  if (result.ended == sim::outcome::hung) return {ended, "", waiting_set(result)};
  if (result.ended == sim::outcome::livelock || result.ended == sim::outcome::slow) return {ended, name, ""};
  if (name == "assertion") {
    return {ended + " assertion", normalise(result.broke.message) + " " + file_of(result.broke.place), ""};
  }
  if (name == "exception") return {ended + " exception", normalise(result.broke.message), ""};
  if (name == "stalled") return {ended, name, running_at_the_end(seen)};
  if (name.starts_with("crash.")) {
    const bool named = std::count(name.begin(), name.end(), '.') > 1;  // a sanitizer said what it was
    if (named) return {ended, normalise(name), ""};
    return {ended, normalise(name), result.site.empty() ? running_at_the_end(seen) : normalise(result.site)};
  }
  return {ended + " check", normalise(name), ""};
}

}  // namespace twinloop::testing
