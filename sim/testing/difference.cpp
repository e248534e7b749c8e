// Where two runs that should have been one went apart.
#include "sim/testing/difference.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

std::string spell(const std::vector<sim::event>& events, std::size_t at) {
  if (at >= events.size()) return "nothing more happens";
  return fmt::format("\"{}\" at {}", events[at].text, spell_time(events[at].time));
}

std::string spell(const observation& seen, std::size_t at) {
  if (at >= seen.result.choices.size()) return "no further choice";
  const sim::choice_record& made = seen.result.choices[at];
  const auto found = seen.result.names.find(made.label);
  const std::string label = found == seen.result.names.end() ? hex(made.label) : found->second;
  return fmt::format("{} of {} (number {}) answered {} of {}", sim::name(made.kind), label, made.occurrence + 1,
                     made.value, made.n);
}

}  // namespace

std::optional<std::string> first_difference(const observation& a, const observation& b) {
  const auto same = [](const sim::event& x, const sim::event& y) {
    return x.time == y.time && x.hash == y.hash && x.text == y.text;
  };
  const auto [in_a, in_b] = std::mismatch(a.events.begin(), a.events.end(), b.events.begin(), b.events.end(), same);
  if (in_a != a.events.end() || in_b != b.events.end()) {
    const auto at = static_cast<std::size_t>(in_a - a.events.begin());
    std::string text = fmt::format("after {} that were equal, one run has {}, the other {}", plural(at, "event"),
                                   spell(a.events, at), spell(b.events, at));
    if (spell(a.events, at) == spell(b.events, at)) text += " (they read alike, but their trace hashes differ)";
    return text;
  }
  const auto& first = a.result.choices;
  const auto& second = b.result.choices;
  const auto equal = [](const sim::choice_record& x, const sim::choice_record& y) {
    return x.hash == y.hash && x.label == y.label && x.kind == y.kind && x.n == y.n && x.value == y.value;
  };
  const auto [c, d] = std::mismatch(first.begin(), first.end(), second.begin(), second.end(), equal);
  if (c == first.end() && d == second.end()) return std::nullopt;
  const auto at = static_cast<std::size_t>(c - first.begin());
  return fmt::format("after {} that were equal, one run has {}, the other {}", plural(at, "choice"), spell(a, at),
                     spell(b, at));
}

}  // namespace twinloop::testing
