// Goal: the enumeration that shrinking is held against finds the fewest deviations there can be, and says when it
// cannot know. Method: programs of a few questions whose answer is plain to see.
#include <gtest/gtest.h>

#include "scenarios/bugs/bench/optimum.hpp"

namespace bugs::bench {
namespace {

namespace sim = twinloop::sim;

constexpr std::uint64_t plenty = 10'000;
const std::uint32_t picks = sim::bit(sim::choice_kind::pick);
const std::uint32_t both = picks | sim::bit(sim::choice_kind::defer);

std::uint32_t ask(sim::choice_source& source, std::uint32_t n, sim::choice_kind kind = sim::choice_kind::pick) {
  return source.answer({.kind = kind, .n = n});
}

TEST(optimum, is_none_where_the_natural_order_fails) {
  const optimum found = find_optimum([](sim::choice_source& source) { return ask(source, 3) == 0; }, picks, plenty);
  EXPECT_EQ(found.deviations, 0u);
  EXPECT_EQ(found.runs, 1u);
}

TEST(optimum, is_one_where_a_single_other_answer_shows_the_failure) {
  const auto third_takes_its_last = [](sim::choice_source& source) {
    ask(source, 4);
    ask(source, 4);
    return ask(source, 4) == 3;
  };
  const optimum found = find_optimum(third_takes_its_last, picks, plenty);
  EXPECT_EQ(found.deviations, 1u);
  EXPECT_EQ(found.at_least, 1u);
  EXPECT_EQ(found.runs, 10u) << "the natural run, three answers to each question, and this one is the last of them";
}

TEST(optimum, is_two_where_the_second_question_is_there_only_after_the_first_went_otherwise) {
  const auto behind_a_door = [](sim::choice_source& source) {
    if (ask(source, 2) == 0) return false;
    ask(source, 3);
    return ask(source, 3) == 2;
  };
  const optimum found = find_optimum(behind_a_door, picks, plenty);
  EXPECT_EQ(found.deviations, 2u);
  EXPECT_EQ(found.at_least, 2u);
}

TEST(optimum, is_more_than_two_where_no_pair_shows_it) {
  const auto all_three = [](sim::choice_source& source) {
    return ask(source, 2) + ask(source, 2) + ask(source, 2) == 3;
  };
  const optimum found = find_optimum(all_three, picks, plenty);
  EXPECT_FALSE(found.deviations);
  EXPECT_EQ(found.at_least, 3u);
  EXPECT_EQ(found.runs, 7u) << "one natural run, three single answers, three pairs";
}

TEST(optimum, is_open_where_there_are_too_many_pairs) {
  const auto never = [](sim::choice_source& source) {
    for (int asked = 0; asked < 20; ++asked) ask(source, 5);
    return false;
  };
  const optimum found = find_optimum(never, picks, 500);
  EXPECT_FALSE(found.deviations);
  EXPECT_EQ(found.at_least, 2u) << "all single answers were tried";
  EXPECT_EQ(found.runs, 500u);
}

TEST(optimum, leaves_kinds_alone_that_are_not_searched) {
  const auto held_and_picked = [](sim::choice_source& source) {
    return ask(source, 8, sim::choice_kind::defer) == 1 || ask(source, 2) + ask(source, 2) == 2;
  };
  EXPECT_EQ(find_optimum(held_and_picked, both, plenty).deviations, 1u);
  EXPECT_EQ(find_optimum(held_and_picked, picks, plenty).deviations, 2u);
}

}  // namespace
}  // namespace bugs::bench
