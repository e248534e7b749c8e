// Goal: a setting takes the values that it was declared with and no others, wherever they come from; shrinking stays
// within them. Method: declarations and values; a scenario run and shrunk in this process.
#include "sim/testing/settings.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "sim/testing/shared_memory.hpp"
#include "sim/testing/shrink.hpp"
#include "tests/unit/testing/stories.hpp"
#include "twinloop/strategies.hpp"

namespace {

using namespace twinloop::testing;
namespace sim = twinloop::sim;

/// Fails in every run, with whatever size.
void always_fails(sim::world& world, const configuration& settings) {
  stories::run_jobs(world, number_of(settings, "size"),
                    [](sim::world& in, const std::string&) { in.fail("always", "it never works"); });
}

scenario sized(std::uint64_t min) {
  return {"sized", "", always_fails, 0, true, {{"size", setting::number(8, min, 8)}}, {"size"}};
}

TEST(setting, of_text_takes_anything) {
  const setting text = "hello";
  EXPECT_EQ(text.standard(), "hello");
  EXPECT_TRUE(text.takes(""));
  EXPECT_TRUE(text.takes("-5\n"));
}

TEST(setting, that_is_a_number_takes_those_of_its_range) {
  const setting number = setting::number(4, 2, 10);
  EXPECT_EQ(number.standard(), "4");
  for (const char* good : {"2", "10", "0x3", "007"}) EXPECT_TRUE(number.takes(good)) << good;
  for (const char* bad : {"1", "11", "", "-5", "+5", "5 ", "5x", "5.0", "0x", "18446744073709551618"}) {
    EXPECT_FALSE(number.takes(bad)) << bad;
  }
  EXPECT_EQ(number.allowed(), "a number from 2 to 10");
}

TEST(setting, of_words_takes_those) {
  const setting word = setting::one_of("", {"", "fast", "slow"});
  for (const char* good : {"", "fast", "slow"}) EXPECT_TRUE(word.takes(good)) << good;
  for (const char* bad : {"Fast", "fas", " "}) EXPECT_FALSE(word.takes(bad)) << bad;
  EXPECT_EQ(word.allowed(), "one of \"\", fast, slow");
  EXPECT_EQ(word.nearest("fsat"), "fast");
  EXPECT_EQ(setting::flag(true).standard(), "1");
  EXPECT_EQ(setting::flag(false).allowed(), "0 or 1");
}

TEST(setting_death, whose_default_is_not_allowed_is_a_broken_contract) {
  EXPECT_DEATH(setting::number(1, 2, 8), "contract broken");
  EXPECT_DEATH(setting::one_of("c", {"a", "b"}), "contract broken");
}

TEST(number_of, reads_what_is_there_and_throws_where_there_is_nothing) {
  const configuration settings{{"size", "12"}, {"hex", "0x10"}, {"word", "many"}};
  EXPECT_EQ(number_of(settings, "size"), 12u);
  EXPECT_EQ(number_of(settings, "hex"), 16u);
  EXPECT_THROW(number_of(settings, "word"), std::invalid_argument);
  EXPECT_THROW(number_of(settings, "absent"), std::invalid_argument);
}

TEST(wrong_setting, names_setting_value_and_what_is_allowed) {
  EXPECT_EQ(wrong_setting(sized(2), {{"size", "8"}}), std::nullopt);
  EXPECT_EQ(wrong_setting(sized(2), {{"size", "1"}}),
            "setting \"size\" of scenario \"sized\" cannot be \"1\": it takes a number from 2 to 8");
}

TEST(run_once, refuses_settings_that_the_scenario_does_not_take) {
  EXPECT_EQ(run_once(sized(2), {{"size", "3"}}, nullptr, 0).broke.name, "always");
  EXPECT_THROW(run_once(sized(2), {{"size", "9"}}, nullptr, 0), std::invalid_argument);
  EXPECT_THROW(run_once(sized(2), {{"sise", "3"}}, nullptr, 0), std::invalid_argument);
}

TEST(shrink, of_a_size_ends_at_the_least_that_it_takes) {
  for (const std::uint64_t min : {1u, 3u, 5u}) {
    const scenario story = sized(min);
    const subject what = make_subject(story, {});
    const auto source = sim::make_source(sim::plan_run(1, 5, what.kinds));
    const run_result whole = run_once(story, {}, source.get(), 1);
    shared_memory memory;
    const shrink_result shrunk = shrink(memory, what, 1, whole.choices, whole, {});
    ASSERT_FALSE(shrunk.problem) << *shrunk.problem;
    EXPECT_EQ(shrunk.settings.at("size"), std::to_string(min));
  }
}

}  // namespace
