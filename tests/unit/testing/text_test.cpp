// Goal: numbers, times and names are spelled for people, and read back exactly.
#include "sim/testing/text.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace twinloop::testing;

TEST(text, reads_decimal_and_hex_and_nothing_else) {
  EXPECT_EQ(parse_number("0"), 0u);
  EXPECT_EQ(parse_number("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_number("0x8f31"), 0x8f31u);
  for (const char* wrong : {"", "0x", "-1", "+1", " 1", "1 ", "1x", "18446744073709551616", "0x10000000000000000"}) {
    EXPECT_EQ(parse_number(wrong), std::nullopt) << wrong;
  }
}

TEST(text, reads_back_what_it_writes_in_hex) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0xdeadbeef}, UINT64_MAX}) {
    EXPECT_EQ(parse_number(hex(value)), value);
  }
}

TEST(text, spells_counts_and_times) {
  EXPECT_EQ(spell_count(0), "0");
  EXPECT_EQ(spell_count(999), "999");
  EXPECT_EQ(spell_count(1'234'567), "1 234 567");
  EXPECT_EQ(plural(1, "choice"), "1 choice");
  EXPECT_EQ(plural(2, "choice"), "2 choices");
  EXPECT_EQ(spell_time(12), "12 ns");
  EXPECT_EQ(spell_time(1'500), "1.5 us");
  EXPECT_EQ(spell_time(2'000'000), "2 ms");
  EXPECT_EQ(spell_time(90'500'000'000), "90.5 s");
}

TEST(text, quotes_for_a_shell_what_it_would_take_apart) {
  EXPECT_EQ(shell_word("./kv-1.twin"), "./kv-1.twin");
  EXPECT_EQ(shell_word("my runs/kv-1.twin"), "'my runs/kv-1.twin'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("$HOME;*"), "'$HOME;*'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(text, replaces_what_is_no_utf8) {
  EXPECT_EQ(valid_utf8("plain"), "plain");
  EXPECT_EQ(valid_utf8("\xe2\x82\xac"), "\xe2\x82\xac") << "three bytes";
  EXPECT_EQ(valid_utf8("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80") << "four bytes";
  EXPECT_EQ(valid_utf8("\xc0\xaf"), "??") << "overlong";
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "???") << "surrogate";
  EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80"), "????") << "beyond the last";
  EXPECT_EQ(valid_utf8("\xe2\x82"), "??") << "cut off";
}

TEST(text, finds_the_name_that_was_meant) {
  const std::vector<std::string> known = {"explore", "replay", "shrink"};
  EXPECT_EQ(nearest_name("explor", known), "explore");
  EXPECT_EQ(nearest_name("repaly", known), "replay");
  EXPECT_EQ(nearest_name("banana", known), std::nullopt);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

}  // namespace
