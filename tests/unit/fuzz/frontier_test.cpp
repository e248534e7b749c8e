// Going on from where a reaction was reached: each is known by its simplest beginning, that stays as it was but for one
// answer, and what follows is drawn where it says which, and mostly natural where it says how much.
#include "fuzz/frontier.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace twinloop::fuzz {
namespace {

using sim::choice_kind;

constexpr std::size_t no_limit = 4096;

/// An input whose schedule is `size` times `answer`.
std::vector<std::byte> input_of(std::size_t size, int answer) {
  const std::vector<std::byte> schedule(size, static_cast<std::byte>(answer));
  return sim::join_bytes({schedule, {}});
}
std::vector<asked_byte> all(choice_kind kind) { return std::vector<asked_byte>(200, {3, kind}); }

/// How many of 1000 inputs begin with `size` times `answer`.
std::size_t keeping(frontier& from, std::size_t size, int answer) {
  sim::random_stream random(1);
  std::size_t count = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::vector<std::byte> made = from.go_on(no_limit, random);
    const auto schedule = sim::split_bytes(made).schedule;
    const auto differs = std::find_if(schedule.begin(), schedule.end(),
                                      [&](std::byte each) { return each != static_cast<std::byte>(answer); });
    count += static_cast<std::size_t>(differs - schedule.begin()) >= size;
  }
  return count;
}

TEST(frontier, an_empty_one_has_nothing_to_go_on_from) {
  frontier from;
  sim::random_stream random(1);
  EXPECT_TRUE(from.empty());
  EXPECT_TRUE(from.go_on(100, random).empty());
}

TEST(frontier, most_inputs_keep_the_whole_beginning) {
  frontier from;
  from.reached(input_of(100, 7), {{{.reaction = 1, .answers = 60}}}, all(choice_kind::pick));
  EXPECT_GT(keeping(from, 60, 7), 700u);
  EXPECT_LT(keeping(from, 61, 7), 100u);  // what came after the event is drawn anew
}

TEST(frontier, answers_behind_the_end_of_the_input_were_natural) {
  frontier from;
  from.reached(input_of(10, 7), {{{.reaction = 1, .answers = 40}}}, all(choice_kind::pick));
  sim::random_stream random(1);
  const std::vector<std::byte> made = from.go_on(no_limit, random);
  EXPECT_GT(sim::split_bytes(made).schedule.size(), 40u);
}

TEST(frontier, a_beginning_with_fewer_amounts_is_simpler_then_one_with_fewer_picks_then_a_shorter_one) {
  const auto asked = all(choice_kind::pick);
  frontier from;
  from.reached(input_of(60, 1), {{{1, 50, 2, 0}}}, asked);
  from.reached(input_of(60, 2), {{{1, 50, 1, 9}}}, asked);
  EXPECT_GT(keeping(from, 50, 2), 700u);
  from.reached(input_of(60, 3), {{{1, 50, 1, 8}}}, asked);
  EXPECT_GT(keeping(from, 50, 3), 700u);
  from.reached(input_of(60, 4), {{{1, 49, 1, 8}}}, asked);
  EXPECT_GT(keeping(from, 49, 4), 700u);
  from.reached(input_of(60, 5), {{{1, 10, 2, 0}}}, asked);  // shorter, but with more amounts
  EXPECT_GT(keeping(from, 49, 4), 700u);
  EXPECT_EQ(from.size(), 1u);
}

TEST(frontier, what_is_alike_takes_the_place_of_the_older) {
  frontier from;
  from.reached(input_of(60, 1), {{{1, 50, 0, 50}}}, all(choice_kind::pick));
  from.reached(input_of(60, 2), {{{1, 50, 0, 50}}}, all(choice_kind::pick));
  EXPECT_GT(keeping(from, 50, 2), 700u);
}

TEST(frontier, picks_are_drawn_and_amounts_are_mostly_natural) {
  for (const choice_kind kind : {choice_kind::pick, choice_kind::pool_start, choice_kind::defer}) {
    frontier from;
    from.reached(input_of(1, 0), {{{.reaction = 1, .answers = 1}}}, all(kind));
    sim::random_stream random(1);
    std::size_t natural = 0;
    std::size_t answers = 0;
    for (int i = 0; i < 1000; ++i) {
      const std::vector<std::byte> made = from.go_on(no_limit, random);
      const auto schedule = sim::split_bytes(made).schedule.subspan(1);
      natural += static_cast<std::size_t>(std::count(schedule.begin(), schedule.end(), std::byte{0}));
      answers += schedule.size();
    }
    if (asks_which(kind)) {
      EXPECT_LT(natural * 5, answers * 2) << sim::name(kind);  // about one in three
    } else {
      EXPECT_GT(natural * 5, answers * 4) << sim::name(kind);
    }
  }
}

TEST(frontier, every_reaction_gets_its_turn) {
  frontier from;
  for (int reaction = 1; reaction <= 100; ++reaction) {
    from.reached(input_of(100, reaction), {{{.reaction = static_cast<std::uint64_t>(reaction), .answers = 50}}},
                 all(choice_kind::pick));
  }
  sim::random_stream random(1);
  std::vector<int> met(256);
  for (int i = 0; i < 4000; ++i) {
    const std::vector<std::byte> made = from.go_on(no_limit, random);
    ++met[static_cast<std::size_t>(sim::split_bytes(made).schedule[0])];
  }
  EXPECT_GT(*std::min_element(met.begin() + 1, met.begin() + 101), 5);
}

TEST(frontier, no_schedule_leads_to_what_a_run_without_one_reached) {
  frontier from;
  from.reached({}, {{{.reaction = 1, .answers = 50}}}, all(choice_kind::pick));
  EXPECT_TRUE(from.empty());
}

TEST(frontier, no_input_grows_beyond_the_limit) {
  frontier from;
  from.reached(input_of(100, 1), {{{.reaction = 1, .answers = 100}}}, all(choice_kind::pick));
  sim::random_stream random(1);
  for (std::size_t limit = 1; limit < 200; ++limit) ASSERT_LE(from.go_on(limit, random).size(), limit);
}

}  // namespace
}  // namespace twinloop::fuzz
