// The source of a candidate follows its instructions where they can be followed, and says which made a difference.
// Method: questions and steps made by hand.
#include "sim/testing/candidate.hpp"

#include <gtest/gtest.h>

#include "sim/testing/verdict_cache.hpp"

namespace {

using namespace twinloop::testing;
namespace sim = twinloop::sim;

sim::choice_option option(std::uint64_t identity) {
  sim::choice_option made;
  made.label = made.identity = identity;
  return made;
}

sim::question pick(const std::vector<sim::choice_option>& options, std::uint32_t occurrence = 0) {
  return {sim::choice_kind::pick, 1, occurrence, static_cast<std::uint32_t>(options.size()), options, 0};
}

sim::step ran(std::uint64_t identity) {
  sim::step made;
  made.what = option(identity);
  return made;
}

instruction order(std::uint64_t held, std::uint64_t until, std::uint32_t exponent = 0) {
  instruction made;
  made.how = instruction::form::order;
  made.held = held;
  made.until = until;
  made.exponent = exponent;
  return made;
}

instruction rush(std::uint64_t what) {
  instruction made;
  made.how = instruction::form::rush;
  made.until = what;
  return made;
}

sim::choice_record record(sim::choice_kind kind, std::uint64_t label, std::uint32_t occurrence, std::uint32_t value,
                          std::uint64_t taken = 0) {
  return {label, taken, 0, occurrence, value + 1, value, kind, {}};
}

TEST(candidate, holds_an_option_until_another_has_run) {
  candidate_source source({order(10, 30)});
  EXPECT_TRUE(source.wants_options());
  EXPECT_EQ(source.answer(pick({option(10), option(20), option(30)})), 1u) << "20 is not concerned";
  EXPECT_EQ(source.answer(pick({option(10), option(30)})), 1u);
  source.happened(ran(30));
  EXPECT_EQ(source.answer(pick({option(10), option(40)})), 0u) << "30 has run";
}

TEST(candidate, lets_a_held_option_go_when_nothing_else_can) {
  candidate_source source({order(10, 30), order(20, 30)});
  EXPECT_EQ(source.answer(pick({option(10), option(20)})), 0u);
  EXPECT_EQ(source.used(), (std::vector<bool>{false, false})) << "that is what happens without them";
}

TEST(candidate, delivers_alone_what_overtook_a_held_option) {
  candidate_source source({order(10, 30)});
  EXPECT_EQ(source.answer(pick({option(10), option(20)})), 1u);
  EXPECT_EQ(source.answer({sim::choice_kind::batch, 5, 0, 2, {}, 0}), 1u);
  source.happened(ran(30));
  EXPECT_EQ(source.answer(pick({option(10), option(20)})), 0u);
  EXPECT_EQ(source.answer({sim::choice_kind::batch, 5, 1, 2, {}, 0}), 0u);
}

TEST(candidate, answers_the_question_that_can_hold_its_step) {
  candidate_source source({order(10, 30, 5), order(11, 30)});
  EXPECT_EQ(source.answer({sim::choice_kind::defer, 10, 0, 8, {}, 10}), 5u);
  EXPECT_EQ(source.answer({sim::choice_kind::pool_run, 10, 0, 4, {}, 10}), 3u) << "clamped";
  EXPECT_EQ(source.answer({sim::choice_kind::defer, 11, 0, 8, {}, 11}), 0u) << "by picks only";
  EXPECT_EQ(source.answer({sim::choice_kind::defer, 12, 0, 8, {}, 12}), 0u) << "another step";
  source.happened(ran(30));
  EXPECT_EQ(source.answer({sim::choice_kind::defer, 10, 0, 8, {}, 10}), 0u) << "30 has run";
}

TEST(candidate, takes_a_rushed_option_when_it_is_on_offer) {
  candidate_source source({rush(30)});
  EXPECT_EQ(source.answer(pick({option(10), option(20)})), 0u);
  EXPECT_EQ(source.answer(pick({option(10), option(30)})), 1u);
  EXPECT_EQ(source.used(), std::vector<bool>{true});
}

TEST(candidate, takes_an_answer_later_that_is_not_on_offer_where_it_was) {
  candidate_source source({follow(record(sim::choice_kind::pick, 1, 0, 1, 30))});
  EXPECT_EQ(source.answer(pick({option(10), option(20)}, 0)), 0u);
  EXPECT_EQ(source.answer(pick({option(10), option(30)}, 1)), 1u);
  EXPECT_EQ(source.answer(pick({option(10), option(30)}, 2)), 0u);
}

TEST(candidate, answers_a_question_by_kind_label_and_occurrence_and_clamps) {
  const candidate answers = {follow(record(sim::choice_kind::defer, 7, 2, 5))};
  candidate_source source(answers);
  EXPECT_EQ(source.answer({sim::choice_kind::defer, 7, 1, 8, {}, 0}), 0u);
  EXPECT_EQ(source.answer({sim::choice_kind::close_defer, 7, 2, 8, {}, 0}), 0u);
  EXPECT_EQ(source.used(), std::vector<bool>{false});
  EXPECT_EQ(source.answer({sim::choice_kind::defer, 7, 2, 8, {}, 0}), 5u);
  EXPECT_EQ(source.answer({sim::choice_kind::defer, 7, 2, 3, {}, 0}), 2u);
  EXPECT_EQ(source.used(), std::vector<bool>{true});
}

TEST(candidate, names_the_first_of_two_orders_that_hold_the_same_step_as_the_one_that_mattered) {
  candidate_source source({order(10, 30), order(10, 40)});
  EXPECT_EQ(source.answer(pick({option(10), option(20)})), 1u);
  EXPECT_EQ(source.used(), (std::vector<bool>{true, false}));
  source.happened(ran(30));
  EXPECT_EQ(source.answer(pick({option(10), option(20)})), 1u);
  EXPECT_EQ(source.used(), (std::vector<bool>{true, true}));
}

TEST(verdict_cache, knows_every_candidate_between_what_mattered_and_the_whole) {
  const candidate whole = {order(1, 2), order(3, 4), order(5, 6)};
  verdict_cache known;
  known.add(whole, {false, true, false}, true);
  ASSERT_TRUE(known.find({order(3, 4), order(5, 6)}));
  EXPECT_TRUE(known.find({order(3, 4)})->fails);
  EXPECT_FALSE(known.find({order(1, 2), order(5, 6)})) << "without the one that mattered";
  EXPECT_FALSE(known.find({order(3, 4), order(7, 8)})) << "with one that was not there";
  EXPECT_FALSE(known.find({order(3, 4, 1)})) << "the same pair, held otherwise";
  EXPECT_EQ(keep_used(whole, *known.find(whole)->used).size(), 1u);
}

}  // namespace
