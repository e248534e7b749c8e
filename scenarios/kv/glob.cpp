// One star is retried at a time, the last: what an earlier star swallowed never needs to change, so there is no
// exponential case.
#include "scenarios/kv/glob.hpp"

#include <cstddef>
#include <utility>

namespace kv {
namespace {

/// Matches `character` against the class that begins behind `[`; moves `at` behind its end. A class that is not closed
/// ends with the pattern.
bool class_matches(std::string_view pattern, std::size_t& at, char character) {
  auto byte = [](char value) { return static_cast<unsigned char>(value); };
  bool negated = at < pattern.size() && pattern[at] == '^';
  if (negated) ++at;
  bool found = false;
  while (at < pattern.size() && pattern[at] != ']') {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
      found = found || pattern[at + 1] == character;
      at += 2;
    } else if (at + 2 < pattern.size() && pattern[at + 1] == '-') {
      unsigned char low = byte(pattern[at]);
      unsigned char high = byte(pattern[at + 2]);
      if (low > high) std::swap(low, high);
      found = found || (byte(character) >= low && byte(character) <= high);
      at += 3;
    } else {
      found = found || pattern[at] == character;
      ++at;
    }
  }
  if (at < pattern.size()) ++at;  // the closing bracket
  return found != negated;
}

/// Matches one character against the pattern element at `at`, which is no star; moves `at` behind the element.
bool element_matches(std::string_view pattern, std::size_t& at, char character) {
  char element = pattern[at++];
  if (element == '?') return true;
  if (element == '[') return class_matches(pattern, at, character);
  if (element == '\\' && at < pattern.size()) element = pattern[at++];
  return element == character;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t in_pattern = 0;
  std::size_t in_text = 0;
  std::size_t behind_star = std::string_view::npos;  // where the pattern goes on behind the last star
  std::size_t star_text = 0;                         // how far that star's text goes at the moment
  while (in_text < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      behind_star = ++in_pattern;
      star_text = in_text;
      continue;
    }
    if (in_pattern < pattern.size() && element_matches(pattern, in_pattern, text[in_text])) {
      ++in_text;
      continue;
    }
    if (behind_star == std::string_view::npos) return false;
    in_pattern = behind_star;
    in_text = ++star_text;
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '*') ++in_pattern;
  return in_pattern == pattern.size();
}

}  // namespace kv
