// Trace classes and order pairs against counts on paper.
#include "twinloop/coverage.hpp"

#include <gtest/gtest.h>

#include "tests/unit/strategies/chain_model.hpp"

namespace twinloop::sim::test {
namespace {

search_coverage cover(chain_model& program, strategy how, std::uint64_t runs, std::uint64_t first = 0) {
  search_coverage seen;
  const search_model learned = learn_about(program);
  for (std::uint64_t run = first; run < first + runs; ++run) {
    const auto source = make_source(plan_strategy(how, mix64(run), bit(choice_kind::pick), learned), learned);
    coverage_source listening(source.get(), seen);
    seen.begin();
    program.run(&listening);
    seen.end();
  }
  return seen;
}

model_chain touching(std::uint32_t length, std::vector<conflict_key> keys) {
  return {.length = length, .keys = std::move(keys), .declared = true};
}

TEST(coverage, what_shares_everything_has_a_class_for_each_interleaving) {
  chain_model program = independent_chains({3, 3});
  const coverage_report told = cover(program, strategy::urw, 2000).report();
  EXPECT_EQ(told.classes, 20u);  // 6! / (3! 3!)
  EXPECT_EQ(told.runs, 2000u);
  EXPECT_EQ(told.singletons, 0u);
  EXPECT_TRUE(told.saturated());
  EXPECT_DOUBLE_EQ(told.duplicates(), 0.99);
  EXPECT_EQ(told.pairs, 9u);  // each callback of one with each of the other
  EXPECT_EQ(told.pairs_both, 9u);
}

TEST(coverage, what_shares_nothing_is_all_of_one_class) {
  chain_model program({touching(3, {{1, true}}), touching(3, {{2, true}})});
  const coverage_report told = cover(program, strategy::urw, 600).report();
  EXPECT_EQ(told.classes, 1u);
  EXPECT_EQ(told.pairs, 0u);
  EXPECT_TRUE(told.saturated());
}

TEST(coverage, readers_of_one_key_commute_and_a_writer_among_them_does_not) {
  // Two readers and a writer, one step each: the writer has 0, 1 (which?) or 2 readers before it.
  chain_model program({touching(1, {{1, false}}), touching(1, {{1, false}}), touching(1, {{1, true}})});
  const coverage_report told = cover(program, strategy::urw, 600).report();
  EXPECT_EQ(told.classes, 4u);
  EXPECT_EQ(told.pairs, 2u);
  EXPECT_EQ(told.pairs_both, 2u);
}

TEST(coverage, a_callback_that_declares_nothing_conflicts_with_those_that_do) {
  chain_model program({touching(1, {{1, true}}), touching(1, {{2, true}}), {.length = 1}});
  EXPECT_EQ(cover(program, strategy::urw, 600).report().classes, 4u);
}

TEST(coverage, what_one_causes_is_no_pair_with_it) {
  // A chain opens another with its last step: nothing can change their order.
  chain_model program({{.length = 2}, {.length = 2, .opened_by = 1, .opened_after = 2}});
  const coverage_report told = cover(program, strategy::random_walk, 50).report();
  EXPECT_EQ(told.classes, 1u);
  EXPECT_EQ(told.pairs, 0u);
}

TEST(coverage, the_natural_order_alone_sees_pairs_in_one_order_and_the_unseen_as_certain_at_first) {
  chain_model program = independent_chains({2, 2});
  search_coverage seen = cover(program, strategy::natural, 1);
  EXPECT_EQ(seen.report().pairs, 4u);
  EXPECT_EQ(seen.report().pairs_both, 0u);
  EXPECT_DOUBLE_EQ(seen.report().unseen(), 1);
  EXPECT_FALSE(seen.report().saturated());
}

TEST(coverage, the_unseen_mass_is_what_is_left) {
  // 252 equally likely classes: after 252 draws the chance of a new one is (1 - 1/252)^252 = 37 %.
  chain_model program = independent_chains({5, 5});
  EXPECT_NEAR(cover(program, strategy::urw, 252).report().unseen(), 0.367, 4.5 * 0.045);
}

TEST(coverage, shards_merge_to_what_one_search_would_have_seen) {
  chain_model program = independent_chains({3, 4});
  search_coverage first = cover(program, strategy::urw, 40, 0);
  const search_coverage second = cover(program, strategy::urw, 40, 40);
  const coverage_report all = cover(program, strategy::urw, 80, 0).report();
  const auto handed_on = search_coverage::load(second.save());
  ASSERT_TRUE(handed_on);
  first.merge(*handed_on);
  const coverage_report merged = first.report();
  EXPECT_EQ(merged.runs, all.runs);
  EXPECT_EQ(merged.classes, all.classes);
  EXPECT_EQ(merged.singletons, all.singletons);
  EXPECT_EQ(merged.pairs, all.pairs);
  EXPECT_EQ(merged.pairs_both, all.pairs_both);
  EXPECT_FALSE(search_coverage::load(std::vector<std::uint64_t>{1, 2, 3}));
}

}  // namespace
}  // namespace twinloop::sim::test
