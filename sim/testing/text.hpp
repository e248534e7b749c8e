// Small conversions between numbers and the text that people see: hex numbers, durations, valid UTF-8, file names.
#ifndef TWINLOOP_SIM_TESTING_TEXT_HPP
#define TWINLOOP_SIM_TESTING_TEXT_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace twinloop::testing {

/// "0x8f31".
std::string hex(std::uint64_t value);
/// The number in decimal or, after "0x", in hex; nothing else may stand around it.
std::optional<std::uint64_t> parse_number(std::string_view text);
/// Virtual or wall time for people: "0.9 s", "12.5 ms", "3 us".
std::string spell_time(std::int64_t nanoseconds);
/// "12 345 678".
std::string spell_count(std::uint64_t count);
/// "1 choice", "2 choices".
std::string plural(std::uint64_t count, std::string_view noun);
/// `text` with '?' in place of each byte that is no part of valid UTF-8, so that it can stand in JSON.
std::string valid_utf8(std::string_view text);
/// The last component of a path.
std::string base_name(std::string_view path);
/// `text` so that a shell reads it as one word.
std::string shell_word(const std::string& text);
/// The name of `known` nearest to `wanted`, if it is near enough to be meant.
template <class Names>
std::optional<std::string> nearest_name(std::string_view wanted, const Names& known);
/// How many single-letter edits lie between two words.
std::size_t edit_distance(std::string_view a, std::string_view b);

template <class Names>
std::optional<std::string> nearest_name(std::string_view wanted, const Names& known) {
  std::optional<std::string> best;
  std::size_t best_distance = wanted.size() / 3 + 2;  // further away it is another word, not a slip
  for (const std::string& name : known) {
    const std::size_t distance = edit_distance(wanted, name);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = name;
  }
  return best;
}

}  // namespace twinloop::testing

#endif
