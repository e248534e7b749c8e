// result and errc: values or errors, and a name and a message for each error.
#include "twinloop/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace twinloop {

namespace {

constexpr int errors = static_cast<int>(errc::other) + 1;

}  // namespace

TEST(errc, each_has_a_name_of_its_own) {
  std::set<std::string> names;
  for (int i = 0; i < errors; ++i) {
    std::string text = name(static_cast<errc>(i));
    EXPECT_FALSE(text.empty()) << i;
    EXPECT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << text;
    EXPECT_TRUE(names.insert(text).second) << text << " names two errors";
  }
}

TEST(errc, names_are_those_of_the_enumerators) {
  EXPECT_STREQ(name(errc::ok), "ok");
  EXPECT_STREQ(name(errc::cancelled), "cancelled");
  EXPECT_STREQ(name(errc::directory_not_empty), "directory_not_empty");
  EXPECT_STREQ(name(errc::connection_refused), "connection_refused");
  EXPECT_STREQ(name(errc::name_try_again), "name_try_again");
  EXPECT_STREQ(name(errc::other), "other");
}

TEST(errc, each_has_a_message_of_its_own_that_says_more_than_the_name) {
  std::set<std::string> messages;
  for (int i = 0; i < errors; ++i) {
    auto error = static_cast<errc>(i);
    std::string text = message(error);
    EXPECT_TRUE(messages.insert(text).second) << text;
    EXPECT_TRUE(error == errc::ok || text.find(' ') != std::string::npos) << text << " is no sentence";
    EXPECT_EQ(make_error_code(error).message(), text);
  }
}

TEST(errc, outside_the_set_still_has_a_name_and_a_message) {
  EXPECT_NE(name(static_cast<errc>(250)), nullptr);
  EXPECT_NE(message(static_cast<errc>(250)), nullptr);
}

TEST(errc, converts_to_an_error_code_of_its_category) {
  std::error_code code = errc::timed_out;
  EXPECT_EQ(code.category(), error_category());
  EXPECT_EQ(code, make_error_code(errc::timed_out));
  EXPECT_TRUE(code);
  EXPECT_FALSE(std::error_code(errc::ok));
  EXPECT_STREQ(error_category().name(), "twinloop");
}

TEST(result, holds_a_value_or_an_error) {
  result<int> good = 42;
  EXPECT_TRUE(good);
  EXPECT_TRUE(good.has_value());
  EXPECT_EQ(*good, 42);
  EXPECT_EQ(good.error(), errc::ok);
  EXPECT_EQ(good.value_or(1), 42);
  result<int> bad = unexpected(errc::not_found);
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error(), errc::not_found);
  EXPECT_EQ(bad.value_or(1), 1);
}

TEST(result, moves_its_value_out) {
  result<std::unique_ptr<int>> owned = std::make_unique<int>(3);
  EXPECT_EQ(**owned, 3);
  std::unique_ptr<int> taken = *std::move(owned);
  EXPECT_EQ(*taken, 3);
  result<std::string> text = std::string("abc");
  EXPECT_EQ(text->size(), 3u);
}

TEST(result, of_void_is_only_an_outcome) {
  result<void> good;
  EXPECT_TRUE(good);
  good.value();
  result<void> bad = unexpected(errc::busy);
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error(), errc::busy);
}

TEST(result_death, reading_the_value_of_an_error_is_a_broken_contract) {
  result<int> bad = unexpected(errc::not_found);
  EXPECT_DEATH((void)*bad, "has_value");
}

TEST(result_death, an_error_that_is_ok_is_a_broken_contract) {
  EXPECT_DEATH((void)result<int>(unexpected(errc::ok)), "errc::ok");
}

}  // namespace twinloop
