// Goal: what the benchmark says about orders is what the runs showed. Method: chains of callbacks whose interleavings
// can be counted on paper, once in orders that the test dictates and once drawn uniformly.
#include <gtest/gtest.h>

#include <cmath>

#include "scenarios/bugs/bench/orders.hpp"
#include "tests/unit/strategies/chain_model.hpp"

namespace bugs::bench {
namespace {

namespace sim = twinloop::sim;

/// Answers every pick with one value and nothing else.
class always final : public sim::choice_source {
 public:
  explicit always(std::uint32_t value) : value_(value) {}
  std::uint32_t answer(const sim::question& asked) override {
    return asked.kind == sim::choice_kind::pick ? value_ : 0;
  }

 private:
  std::uint32_t value_;
};

order_figures dictate(const std::vector<std::uint32_t>& picks, std::uint64_t planned) {
  sim::test::chain_model two = sim::test::independent_chains({1, 1});
  order_count counted(planned);
  for (const std::uint32_t pick : picks) {
    always answers(pick);
    counted.watch(answers, [&](sim::choice_source& listening) { two.run(&listening); });
  }
  return counted.figures();
}

TEST(orders, three_runs_of_one_order_and_one_of_the_other_are_four_fifths_of_a_bit) {
  const order_figures figures = dictate({0, 0, 1, 0}, 4);
  EXPECT_NEAR(figures.entropy_bits, 2 - 0.75 * std::log2(3), 1e-12);
  EXPECT_EQ(figures.seen.runs, 4u);
  EXPECT_EQ(figures.seen.classes, 2u);
  EXPECT_DOUBLE_EQ(figures.seen.duplicates(), 0.5);
}

TEST(orders, a_pair_counts_as_seen_in_both_orders_when_it_was) {
  EXPECT_EQ(dictate({0, 0}, 2).seen.pairs, 1u);
  EXPECT_EQ(dictate({0, 0}, 2).seen.pairs_both, 0u);
  EXPECT_EQ(dictate({0, 1}, 2).seen.pairs, 1u);
  EXPECT_EQ(dictate({0, 1}, 2).seen.pairs_both, 1u);
}

TEST(orders, growth_is_told_at_halves_of_the_planned_runs) {
  const auto growth = dictate({0, 0, 0, 1, 1, 1, 0, 1, 0, 1}, 10).growth;  // at 1, 2, 5 and 10
  ASSERT_EQ(growth.size(), 4u);
  const std::uint64_t runs[] = {1, 2, 5, 10};
  const std::uint64_t classes[] = {1, 1, 2, 2};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(growth[i].runs, runs[i]);
    EXPECT_EQ(growth[i].classes, classes[i]);
  }
}

TEST(orders, uniform_interleavings_have_nearly_the_entropy_of_their_number) {
  sim::test::chain_model program = sim::test::independent_chains({3, 3});
  const sim::search_model learned = sim::test::learn_about(program);
  constexpr std::uint64_t runs = 4000;
  order_count counted(runs);
  for (std::uint64_t run = 0; run < runs; ++run) {
    const auto plan =
        sim::plan_strategy(sim::strategy::urw, sim::mix64(run), sim::bit(sim::choice_kind::pick), learned);
    const auto source = sim::make_source(plan, learned);
    counted.watch(*source, [&](sim::choice_source& listening) { program.run(&listening); });
  }
  const order_figures figures = counted.figures();
  EXPECT_EQ(figures.seen.classes, 20u);  // 6! / (3! 3!)
  EXPECT_EQ(figures.seen.pairs_both, 9u);
  EXPECT_DOUBLE_EQ(figures.seen.duplicates(), 0.995);
  // Counts of n equal things over N runs fall short of log2(n) by (n - 1) / (2 N ln 2) = 0.0034 bits in the mean, with
  // a standard deviation of sqrt((n - 1) / 2) / (N ln 2) = 0.0011.
  EXPECT_LE(figures.entropy_bits, std::log2(20));
  EXPECT_NEAR(figures.entropy_bits, std::log2(20) - 0.0034, 5 * 0.0011);
}

}  // namespace
}  // namespace bugs::bench
