// C5 of the benchmark: an interval that never stops, and a neighbour that is always ready, beside a chain that wants to
// end. Every strategy lets it, and says what it did for that.
#include <gtest/gtest.h>

#include "scenarios/calibration/chains.hpp"
#include "tests/unit/strategies/chain_model.hpp"

namespace twinloop::sim::test {
namespace {

std::vector<strategy> all_but_rotation() {
  std::vector<strategy> all;
  for (std::size_t i = 0; i < strategies; ++i) {
    if (static_cast<strategy>(i) != strategy::rotation) all.push_back(static_cast<strategy>(i));
  }
  return all;
}

class fair : public ::testing::TestWithParam<strategy> {};
INSTANTIATE_TEST_SUITE_P(under, fair, ::testing::ValuesIn(all_but_rotation()),
                         [](const auto& each) { return std::string(name(each.param)); });

search_model learn_from(std::string (*program)(world&)) {
  world in;
  return learn(3, order_kinds(), [&](std::uint64_t, choice_source& source) {
    in.reset({.source = &source});
    program(in);
    return in.report().clean();
  });
}

TEST_P(fair, a_chain_ends_beside_one_that_never_does) {
  chain_model model({{.length = endless}, {.length = 5}});
  const search_model learned = learn_about(model);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto source = make_source(plan_strategy(GetParam(), mix64(seed), order_kinds(), learned), learned);
    // Five callbacks, each passed over at most 50 times for each of two options, and held for at most 127 steps.
    model.run(source.get(), std::uint64_t{5} * (2 * 50 + 127 + 2));
    EXPECT_TRUE(model.ended()) << "seed " << seed;
  }
}

TEST_P(fair, the_simulated_chain_ends_beside_an_interval_timer) {
  world in;
  const search_model learned = learn_from(&calibration::run_c5);
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto source = make_source(plan_strategy(GetParam(), mix64(seed), order_kinds(), learned), learned);
    in.reset({.source = source.get()});
    const std::string order = calibration::run_c5(in);
    EXPECT_TRUE(in.report().clean()) << "seed " << seed << ": " << in.report().text();
    EXPECT_EQ(std::count(order.begin(), order.end(), 'a'), 5);
  }
}

TEST_P(fair, the_simulated_chain_ends_beside_one_that_is_always_ready) {
  // What must be delivered together or held by time needs time to pass, which a program that never waits prevents.
  const std::uint32_t kinds = bit(choice_kind::pick) | bit(choice_kind::batch) | bit(choice_kind::defer);
  world in;
  const search_model learned = learn_from(&calibration::run_c5_busy);
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    if (GetParam() == strategy::nacd) continue;
    const auto source = make_source(plan_strategy(GetParam(), mix64(seed), kinds, learned), learned);
    in.reset({.source = source.get(), .instant_limit = 5000});
    EXPECT_EQ(calibration::run_c5_busy(in), "aaaaa") << "seed " << seed << ": " << in.report().text();
    EXPECT_TRUE(in.report().clean()) << "seed " << seed << ": " << in.report().text();
  }
}

TEST(fairness, last_in_first_out_is_forced_and_says_how_often) {
  chain_model model({{.length = 5}, {.length = endless}});
  search_plan plan;
  plan.how = strategy::corner;
  plan.kinds = order_kinds();
  plan.extreme = corner::lifo;
  const auto source = make_source(plan);
  model.run(source.get(), 100'000);
  EXPECT_TRUE(model.ended());
  // The chain's first callback waits in front; once it was let go, its successors are each time the last in.
  EXPECT_EQ(source->report().forced, 1u);
}

TEST(fairness, pct_puts_a_loop_behind_after_each_firing) {
  chain_model model({{.length = endless}, {.length = 30}});
  std::uint64_t demoted = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    search_plan plan = plan_strategy(strategy::pct, mix64(seed), order_kinds());
    const auto source = make_source(plan);
    model.run(source.get(), 10'000);
    EXPECT_TRUE(model.ended());
    demoted += source->report().demoted;
  }
  EXPECT_GT(demoted, 0u);
}

TEST(fairness, pct_walks_at_random_when_a_run_does_not_end) {
  chain_model model({{.length = endless}, {.length = endless}, {.length = 20'000}});
  const auto source = make_source(plan_strategy(strategy::pct, 1, order_kinds()));
  model.run(source.get(), 10'100);
  EXPECT_GT(source->report().walked, 0u);
}

}  // namespace
}  // namespace twinloop::sim::test
