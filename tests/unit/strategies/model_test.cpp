// What is learned: lengths with those of children, labels, foci; and that it can be handed on.
#include <gtest/gtest.h>

#include "tests/unit/strategies/chain_model.hpp"

namespace twinloop::sim::test {
namespace {

TEST(model, nothing_learned_is_empty_and_takes_every_chain_for_one_step) {
  EXPECT_TRUE(untaught().empty());
  EXPECT_EQ(untaught().length16(1), 16u);
  EXPECT_EQ(untaught().steps(), 0u);
}

TEST(model, a_chain_is_as_long_as_it_and_all_that_it_opens) {
  // The first opens the second after two steps, which opens the third after one.
  chain_model program({{.length = 4, .name = 11},
                       {.length = 3, .opened_by = 1, .opened_after = 2, .name = 22},
                       {.length = 2, .opened_by = 2, .opened_after = 1, .name = 33}});
  const search_model learned = learn_about(program);
  EXPECT_EQ(learned.length16(33), 16u * 2);
  EXPECT_EQ(learned.length16(22), 16u * (3 + 2));
  EXPECT_EQ(learned.length16(11), 16u * (4 + 3 + 2));
  EXPECT_EQ(learned.length16(44), 16u * 2) << "of a name not met: the smallest";
  EXPECT_EQ(learned.steps(), 9u);
}

TEST(model, chains_of_one_name_count_with_their_mean) {
  chain_model program({{.length = 2, .name = 7}, {.length = 5, .name = 7}});
  EXPECT_EQ(learn_about(program).length16(7), 16u * 7 / 2);
}

TEST(model, labels_are_those_of_the_natural_order_in_their_order) {
  chain_model program = independent_chains({2, 2});
  const std::vector<std::uint64_t> expected = {program.label_of(0, 0), program.label_of(1, 0), program.label_of(0, 1),
                                               program.label_of(1, 1)};
  EXPECT_EQ(learn_about(program).labels(), expected);
}

TEST(model, foci_are_what_more_than_one_chain_touches_the_most_used_first) {
  const auto chain = [](std::uint32_t length, std::vector<conflict_key> keys) {
    return model_chain{.length = length, .keys = std::move(keys), .declared = true};
  };
  chain_model program(
      {chain(3, {{1, true}}), chain(2, {{1, true}, {2, true}}), chain(9, {{2, false}}), chain(20, {{3, true}})});
  const search_model learned = learn_about(program);
  EXPECT_EQ(learned.foci(), (std::vector<std::uint64_t>{2, 1}));
  EXPECT_EQ(learned.length16(2, 2), 16u * 2);  // the second chain's name is 2
  EXPECT_EQ(learned.length16(1, 2), 0u);
  EXPECT_TRUE(learned.any_declared());
}

TEST(model, is_the_same_wherever_it_is_learned_and_survives_being_handed_on) {
  chain_model program({{.length = 6, .name = 1, .keys = {{9, true}}},
                       {.length = 3, .opened_by = 1, .opened_after = 2, .keys = {{9, false}}}});
  const search_model first = learn_about(program, 5);
  EXPECT_EQ(first, learn_about(program, 5));
  const std::vector<std::uint64_t> words = first.save();
  EXPECT_EQ(search_model::load(words), first);
}

TEST(model, refuses_numbers_that_are_not_of_a_model) {
  chain_model program({{.length = 6, .keys = {{9, true}}}, {.length = 3}});
  const std::vector<std::uint64_t> words = learn_about(program).save();
  for (std::size_t kept = 0; kept < words.size(); ++kept) {
    EXPECT_EQ(search_model::load(std::span(words).first(kept)), std::nullopt) << kept;
  }
  std::vector<std::uint64_t> longer = words;
  longer.push_back(0);
  EXPECT_EQ(search_model::load(longer), std::nullopt);
  std::vector<std::uint64_t> huge = words;
  huge[5] = UINT64_MAX;  // how many labels there are
  EXPECT_EQ(search_model::load(huge), std::nullopt);
}

TEST(model, a_run_that_broke_off_teaches_nothing) {
  chain_model program = independent_chains({4, 4});
  int runs = 0;
  const search_model learned = learn(1, order_kinds(), [&](std::uint64_t, choice_source& source) {
    program.run(&source);
    ++runs;
    return false;
  });
  EXPECT_EQ(runs, static_cast<int>(search_model::learning_runs));
  EXPECT_TRUE(learned.empty());
}

}  // namespace
}  // namespace twinloop::sim::test
