// Goal: patterns match as in KEYS. Method: a table of pattern, text and verdict, from Redis' documentation of KEYS.
#include "scenarios/kv/glob.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kv {
namespace {

struct sample {
  const char* pattern;
  const char* text;
  bool matches;
};

TEST(glob, matches_what_the_pattern_language_says) {
  const sample samples[] = {
      {"h?llo", "hello", true},
      {"h?llo", "hllo", false},
      {"h*llo", "hllo", true},
      {"h*llo", "heeeello", true},
      {"h[ae]llo", "hallo", true},
      {"h[ae]llo", "hillo", false},
      {"h[^e]llo", "hallo", true},
      {"h[^e]llo", "hello", false},
      {"h[a-b]llo", "hbllo", true},
      {"h[b-a]llo", "hallo", true},
      {"h\\*llo", "h*llo", true},
      {"h\\*llo", "hello", false},
      {"*", "", true},
      {"", "", true},
      {"", "a", false},
      {"a", "", false},
      {"*a*b*", "xxaxxbxx", true},
      {"*a*b*", "xxbxxaxx", false},
      {"[\\]]", "]", true},
      {"[a", "a", true},
      {"**", "ab", true},
      {"a*", "b", false},
      {"*.log", "x.log.log", true},
  };
  for (const sample& each : samples) {
    EXPECT_EQ(glob_matches(each.pattern, each.text), each.matches) << each.pattern << " against " << each.text;
  }
}

TEST(glob, has_no_exponential_case) {
  std::string pattern;
  for (int index = 0; index < 60; ++index) pattern += "*a";
  EXPECT_FALSE(glob_matches(pattern + "b", std::string(2000, 'a')));  // would not end in a lifetime
}

}  // namespace
}  // namespace kv
