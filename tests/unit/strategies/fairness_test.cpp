// C5 of the benchmark: an interval that never stops, and a neighbour that is always ready, beside a chain that wants to
// end. Every strategy lets it, whatever is held beside its picks, and so does the default rotation; and a source
// reports what it did for that. Method: every strategy under every holding, and the runs of a search by rotation.
#include <gtest/gtest.h>

#include "scenarios/calibration/chains.hpp"
#include "tests/unit/strategies/chain_model.hpp"

namespace twinloop::sim::test {
namespace {

struct way {
  strategy how;
  holding holds;  // own: as the strategy says; the plans of a rotation always do

  search_plan plan(std::uint64_t number, std::uint32_t kinds, const search_model& learned) const {
    if (how == strategy::rotation) return plan_run(1, number, kinds, learned);
    search_plan made = plan_strategy(how, mix64(number), kinds, learned);
    if (holds != holding::own) made.holds = holds;
    return made;
  }
};

std::vector<way> all_ways() {
  std::vector<way> all;
  for (std::size_t i = 0; i < strategies; ++i) {
    const auto how = static_cast<strategy>(i);
    all.push_back({how, holding::own});
    if (how == strategy::rotation) continue;
    all.push_back({how, holding::some});
    all.push_back({how, holding::most});
  }
  return all;
}

std::string name_of(const ::testing::TestParamInfo<way>& each) {
  constexpr const char* suffixes[] = {"", "_holding_some", "_holding_most"};
  return std::string(name(each.param.how)) + suffixes[static_cast<std::size_t>(each.param.holds)];
}

/// The limit that docs/search.md promises: nothing is passed over more often than this for each option there is.
constexpr std::uint32_t passed_over_most = 50;

/// Counts for itself how often what has been ready for longest is passed over.
class onlooker final : public choice_source {
 public:
  explicit onlooker(choice_source& answers) : answers_(answers) {}
  bool wants_options() const override { return true; }
  bool wants_keys() const override { return answers_.wants_keys(); }
  void happened(const step& what) override { answers_.happened(what); }
  std::uint32_t answer(const question& asked) override {
    const std::uint32_t answered = answers_.answer(asked);
    if (asked.kind != choice_kind::pick) return answered;
    if (std::exchange(front_, asked.options[0].identity) != asked.options[0].identity) passed_over_ = 0;
    const bool at_limit = passed_over_ >= passed_over_most * asked.n;
    if (answered == 0) let_go_ += at_limit;
    if (answered != 0) ++passed_over_, starved_ |= at_limit;
    return answered;
  }
  std::uint64_t let_go() const { return let_go_; }  ///< natural picks at the limit
  bool starved() const { return starved_; }         ///< something was passed over beyond it

 private:
  choice_source& answers_;
  std::uint64_t front_ = 0;
  std::uint32_t passed_over_ = 0;
  std::uint64_t let_go_ = 0;
  bool starved_ = false;
};

class fair : public ::testing::TestWithParam<way> {
 protected:
  /// Runs 0 to `runs` of a program that ends clean.
  void ends(std::string (*program)(world&), std::uint64_t runs) {
    const search_model learned = learn_from(program);
    for (std::uint64_t number = 0; number < runs; ++number) {
      const auto source = make_source(GetParam().plan(number, order_kinds(), learned), learned);
      onlooker looking(*source);
      in_.reset({.source = &looking, .instant_limit = 5000});
      const std::string order = program(in_);
      EXPECT_TRUE(in_.report().clean()) << "run " << number << ": " << in_.report().text();
      EXPECT_EQ(std::count(order.begin(), order.end(), 'a'), 5) << "run " << number;
      EXPECT_FALSE(looking.starved()) << "run " << number;
      EXPECT_EQ(source->report().forced, looking.let_go()) << "run " << number;
    }
  }

 private:
  search_model learn_from(std::string (*program)(world&)) {
    return learn(3, order_kinds(), [&](std::uint64_t, choice_source& source) {
      in_.reset({.source = &source});
      program(in_);
      return in_.report().clean();
    });
  }
  world in_;
};
INSTANTIATE_TEST_SUITE_P(under, fair, ::testing::ValuesIn(all_ways()), name_of);

TEST_P(fair, a_chain_ends_beside_one_that_never_does) {
  chain_model model({{.length = endless}, {.length = 5}});
  const search_model learned = learn_about(model);
  for (std::uint64_t number = 0; number < 200; ++number) {
    const auto source = make_source(GetParam().plan(number, order_kinds(), learned), learned);
    // Five callbacks, each passed over at most 50 times for each of two options, and held for at most 127 steps.
    model.run(source.get(), std::uint64_t{5} * (2 * passed_over_most + 127 + 2));
    EXPECT_TRUE(model.ended()) << "run " << number;
  }
}

TEST_P(fair, the_simulated_chain_ends_beside_an_interval_timer) { ends(&calibration::run_c5, 40); }

// Where time would have to pass for what is held, and the neighbour prevents it, it comes back all the same.
TEST_P(fair, the_simulated_chain_ends_beside_one_that_is_always_ready) { ends(&calibration::run_c5_busy, 40); }

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
