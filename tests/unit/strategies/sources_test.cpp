// Sources, question by question: masks, budgets, what each strategy answers, and that nothing depends on anything else.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "tests/unit/strategies/chain_model.hpp"
#include "tests/unit/strategies/statistics.hpp"

namespace twinloop::sim::test {
namespace {

search_plan plan_with(strategy how, std::uint64_t seed = 1) {
  search_plan plan;
  plan.how = how;
  plan.seed = mix64(seed);
  plan.kinds = order_kinds();
  return plan;
}

constexpr strategy deviating[] = {strategy::random_walk,   strategy::static_priority,
                                  strategy::defer,         strategy::corner,
                                  strategy::pct,           strategy::pos,
                                  strategy::urw,           strategy::surw,
                                  strategy::delay_bounded, strategy::nodefz,
                                  strategy::nacd};

TEST(sources, draw_the_values_of_the_test_whatever_is_masked) {
  for (const strategy how : deviating) {
    search_plan plan = plan_with(how);
    plan.holds = holding::most;
    plan.kinds = 0;
    const auto source = make_source(plan);
    std::set<std::uint32_t> drawn;
    for (std::uint32_t i = 0; i < 100; ++i) drawn.insert(source->answer({choice_kind::user, 1, i, 4, {}}));
    EXPECT_EQ(drawn, (std::set<std::uint32_t>{0, 1, 2, 3})) << name(how);
  }
}

TEST(sources, answer_alike_whether_or_not_somebody_else_wants_to_see_the_options) {
  std::vector<choice_option> options(5);
  for (std::uint64_t i = 0; i < options.size(); ++i) options[i].identity = options[i].label = mix64(i + 1);
  for (const strategy how : deviating) {
    for (const holding holds : {holding::own, holding::most}) {
      search_plan plan = plan_with(how);
      plan.holds = holds;
      const auto told = make_source(plan), bare = make_source(plan);
      if (bare->wants_options()) continue;
      for (std::uint32_t i = 0; i < 500; ++i) {
        const choice_kind kind = i % 3 == 0 ? choice_kind::pool_start : choice_kind::pick;
        EXPECT_EQ(told->answer({kind, 1, i, 5, options}), bare->answer({kind, 1, i, 5, {}}))
            << name(plan.how) << ' ' << i;
      }
    }
  }
}

TEST(sources, are_late_with_timers_no_more_often_than_the_budget_says) {
  for (const strategy how : {strategy::random_walk, strategy::static_priority, strategy::defer, strategy::pct,
                             strategy::pos, strategy::urw, strategy::surw, strategy::delay_bounded}) {
    const auto source = make_source(plan_with(how));
    std::uint32_t late = 0;
    for (std::uint32_t i = 0; i < 1000; ++i) late += source->answer({choice_kind::timer_late, 1, i, 4, {}}) != 0;
    EXPECT_EQ(late, search_plan().late_budget) << name(how);
  }
}

TEST(sources, leave_masked_labels_in_their_natural_places) {
  // Of two chains one is masked: it is never passed over, so the other cannot come before it.
  chain_model model = independent_chains({8, 8});
  int deviated = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    search_plan plan = plan_with(strategy::random_walk, seed);
    plan.label_mask = mix64(seed) | 1;
    const std::vector<std::uint32_t> order = model.run(make_source(plan).get());
    std::uint32_t made[2] = {0, 0};
    const std::vector<std::uint32_t> natural = model.run(nullptr);
    deviated += order != natural;
    for (const std::uint32_t chain : order) {
      const bool first = made[0] + made[1] == 0;
      const bool masked = (mix64(model.label_of(0, 0) ^ plan.label_mask) & 1) != 0;
      EXPECT_TRUE(!first || !masked || chain == 0);  // the first callback is ready first: a masked one runs first
      ++made[chain];
    }
  }
  EXPECT_GT(deviated, 10);
}

TEST(sources, of_static_priority_give_an_option_the_same_priority_in_every_pick) {
  const auto source = make_source(plan_with(strategy::static_priority));
  choice_option options[3];
  for (std::uint64_t i = 0; i < 3; ++i) options[i].identity = mix64(i + 50);
  const std::uint32_t best = source->answer({choice_kind::pick, 1, 0, 3, options});
  for (std::uint32_t i = 1; i < 20; ++i) EXPECT_EQ(source->answer({choice_kind::pick, 1, i, 3, options}), best);
  std::swap(options[0], options[best]);
  EXPECT_EQ(source->answer({choice_kind::pick, 1, 20, 3, options}), 0u);
}

/// Three options ready together; the first two share a key, the third is alone.
struct two_that_conflict {
  conflict_key shared{1, true};
  conflict_key own{2, true};
  choice_option options[3];
  two_that_conflict() {
    for (std::uint64_t i = 0; i < 3; ++i) {
      options[i].identity = mix64(i + 1);
      options[i].keys = std::span(i < 2 ? &shared : &own, 1);
      options[i].declared = true;
    }
  }
};

TEST(sources, of_pos_draw_anew_for_what_conflicts_with_what_ran_and_for_nothing_else) {
  // How often a pair of options keeps its order after something ran: always if neither conflicts with it; if one
  // of them draws anew, with the chance that two of three draws are on the same side of the third, 2/3.
  const auto kept = [](conflict_key touched) {
    int same = 0;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
      const auto source = make_source(plan_with(strategy::pos, seed));
      two_that_conflict ready;
      const std::span<const choice_option> pair(ready.options + 1, 2);
      const std::uint32_t before = source->answer({choice_kind::pick, 1, 0, 2, pair});
      step ran{1, {}, 0};
      ran.what.identity = 77;
      ran.what.keys = std::span(&touched, 1);
      source->happened(ran);
      same += source->answer({choice_kind::pick, 1, 1, 2, pair}) == before;
    }
    return same;
  };
  EXPECT_EQ(kept({3, true}), 2000);
  EXPECT_NEAR(kept({1, true}), 2000 * 2 / 3, 4.5 * 21.1);   // 21.1 = sqrt(2000 * 2 / 9)
  EXPECT_NEAR(kept({1, false}), 2000 * 2 / 3, 4.5 * 21.1);  // a read conflicts with its write
}

TEST(sources, of_pos_let_readers_of_one_key_be) {
  conflict_key read{1, false};
  choice_option options[2];
  for (std::uint64_t i = 0; i < 2; ++i) options[i].identity = mix64(i + 1), options[i].keys = std::span(&read, 1);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto source = make_source(plan_with(strategy::pos, seed));
    const std::uint32_t before = source->answer({choice_kind::pick, 1, 0, 2, options});
    step ran{1, {}, 0};
    ran.what.keys = std::span(&read, 1);
    source->happened(ran);
    EXPECT_EQ(source->answer({choice_kind::pick, 1, 1, 2, options}), before);
  }
}

TEST(sources, of_defer_hold_one_completion_in_as_many_as_the_plan_says_and_by_count) {
  search_plan plan = plan_with(strategy::defer);
  plan.defer_one_in = 10;
  const auto source = make_source(plan);
  int held = 0;
  std::set<std::uint32_t> answers;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const std::uint32_t answer = source->answer({choice_kind::defer, 1, i, 16, {}});
    held += answer != 0;
    answers.insert(answer);
  }
  EXPECT_NEAR(held, 500, 4.5 * 21.2);  // 21.2 = sqrt(5000 * 0.09)
  EXPECT_EQ(answers, (std::set<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(sources, that_hold_some_or_most_do_so_by_count_and_by_time_whoever_picks) {
  for (const strategy how : {strategy::urw, strategy::pct, strategy::defer}) {
    for (const auto& [holds, share] : {std::pair{holding::some, 0.5}, std::pair{holding::most, 0.85}}) {
      search_plan plan = plan_with(how);
      plan.holds = holds;
      const auto source = make_source(plan);
      int held = 0;
      std::set<std::uint32_t> answers;
      for (std::uint32_t i = 0; i < 900; ++i) {
        const std::uint32_t answer = source->answer({choice_kind::defer, 1, i, 16, {}});
        held += answer != 0;
        answers.insert(answer);
      }
      EXPECT_NEAR(held, 900 * share, 4.5 * std::sqrt(900 * share * (1 - share))) << name(how);
      EXPECT_TRUE(answers.contains(1)) << "until one other was delivered";
      EXPECT_TRUE(answers.contains(7)) << "until 127 others were";
      EXPECT_TRUE(answers.contains(15)) << "for half a second";
    }
  }
}

TEST(sources, that_hold_come_to_an_end_of_it) {
  search_plan plan = plan_with(strategy::random_walk);
  plan.holds = holding::most;
  const auto source = make_source(plan);
  int deviated = 0;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    deviated += source->answer({choice_kind::defer, 1, i, 16, {}}) != 0;
    deviated += source->answer({choice_kind::timer_late, 1, i, 4, {}}) != 0;
  }
  EXPECT_EQ(deviated, 1000);
}

TEST(sources, of_surw_are_uniform_over_the_steps_at_their_focus_whatever_else_goes_on) {
  // Two chains of three at one key, beside chains that never touch it: 20 orders of the six.
  constexpr std::uint64_t key = 5;
  std::vector<model_chain> chains;
  for (int i = 0; i < 2; ++i) chains.push_back({.length = 3, .keys = {{key, true}}, .declared = true});
  for (const std::uint32_t length : {4u, 9u}) chains.push_back({.length = length, .declared = true});
  chain_model model(chains);
  const search_model learned = learn_about(model);
  ASSERT_FALSE(learned.foci().empty());
  EXPECT_EQ(learned.foci().front(), key);
  std::map<std::vector<std::uint32_t>, int> seen;
  constexpr int runs = 8000;
  for (int run = 0; run < runs; ++run) {
    search_plan plan = plan_with(strategy::surw, static_cast<std::uint64_t>(run) + 1);
    plan.focus = key;
    std::vector<std::uint32_t> order = model.run(make_source(plan, learned).get());
    std::erase_if(order, [](std::uint32_t chain) { return chain > 1; });
    ++seen[order];
  }
  EXPECT_EQ(seen.size(), 20u);  // 6! / (3! 3!)
  double chi_square = 0;
  for (const auto& [order, times] : seen) chi_square += std::pow(times - runs / 20.0, 2) / (runs / 20.0);
  EXPECT_LT(standardized_chi_square(chi_square, 19), 3.3);
}

TEST(sources, of_urw_say_how_wrong_their_expectation_was) {
  chain_model model = independent_chains({5, 5});
  const search_model learned = learn_about(model);
  const auto source = make_source(plan_with(strategy::urw), learned);
  model.run(source.get());
  EXPECT_EQ(source->report().steps, 10u);
  EXPECT_EQ(source->report().expected, 16u * 10);
  const auto unsuspecting = make_source(plan_with(strategy::urw));
  model.run(unsuspecting.get());
  EXPECT_EQ(unsuspecting->report().expected, 16u * 2);  // one step a chain is what nothing learned foresees
}

TEST(sources, of_late_labels_let_everything_else_go_first) {
  chain_model model = independent_chains({6, 1, 6});
  search_plan plan = plan_with(strategy::corner);
  plan.kinds = bit(choice_kind::pick);
  plan.extreme = corner::label;
  plan.focus = model.label_of(1, 0);
  EXPECT_EQ(model.run(make_source(plan).get()).back(), 1u);
}

}  // namespace
}  // namespace twinloop::sim::test
