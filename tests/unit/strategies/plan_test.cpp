// Plans: which strategy answers which run, always the same; the opening, the cycle, the masks; delay bounding by index.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/unit/strategies/chain_model.hpp"

namespace twinloop::sim::test {
namespace {

search_model three_labels() {
  chain_model model = independent_chains({3});
  return learn_about(model);
}

TEST(plan, every_strategy_has_a_name_that_reads_back) {
  for (std::size_t i = 0; i < strategies; ++i) {
    const auto how = static_cast<strategy>(i);
    EXPECT_EQ(parse_strategy(name(how)), how);
  }
  EXPECT_EQ(parse_strategy("no such strategy"), std::nullopt);
}

TEST(plan, a_search_opens_with_two_natural_runs_and_three_corners_whatever_leads_it) {
  for (const strategy how : {strategy::rotation, strategy::urw, strategy::nodefz}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      EXPECT_EQ(plan_run(seed, 0, order_kinds(), untaught(), how).how, strategy::natural);
      EXPECT_EQ(plan_run(seed, 1, order_kinds(), untaught(), how).how, strategy::natural);
      const corner extremes[] = {corner::lifo, corner::timers, corner::pools};
      for (std::uint64_t run = 2; run < search_model::learning_runs; ++run) {
        const search_plan plan = plan_run(seed, run, order_kinds(), untaught(), how);
        EXPECT_EQ(plan.how, strategy::corner);
        EXPECT_EQ(plan.extreme, extremes[run - 2]);
      }
    }
  }
}

TEST(plan, a_strategy_that_was_asked_for_leads_all_runs_behind_the_opening) {
  for (std::uint64_t run = search_model::learning_runs; run < 100; ++run) {
    EXPECT_EQ(plan_run(7, run, order_kinds(), untaught(), strategy::pct).how, strategy::pct);
  }
}

TEST(plan, each_label_of_the_natural_run_is_late_in_one_run_of_the_rotation) {
  const search_model learned = three_labels();
  ASSERT_EQ(learned.labels().size(), 3u);
  std::multiset<std::uint64_t> late;
  for (std::uint64_t run = search_model::learning_runs; run < 100; ++run) {
    const search_plan plan = plan_run(1, run, order_kinds(), learned);
    if (plan.how != strategy::corner) continue;
    EXPECT_EQ(plan.extreme, corner::label);
    late.insert(plan.focus);
  }
  EXPECT_EQ(late, std::multiset<std::uint64_t>(learned.labels().begin(), learned.labels().end()));
}

TEST(plan, no_more_than_twenty_corners_come_of_a_hundred_labels) {
  chain_model model = independent_chains({100});
  const search_model learned = learn_about(model);
  ASSERT_EQ(learned.labels().size(), 100u);
  std::set<std::uint64_t> late;
  std::size_t corners = 0;
  for (std::uint64_t run = 0; run < 1000; ++run) {
    const search_plan plan = plan_run(1, run, order_kinds(), learned);
    if (plan.how != strategy::corner) continue;
    ++corners;
    if (plan.extreme == corner::label) late.insert(plan.focus);
  }
  EXPECT_EQ(corners, 20u);
  EXPECT_EQ(late.size(), 17u);  // all different
}

/// Where the rounds of 40 begin when there are no labels to be late.
constexpr std::uint64_t first_round = search_model::learning_runs + 30;

TEST(plan, holds_nothing_some_and_most_in_a_third_each_of_the_first_runs_and_in_1_7_and_32_of_each_40_later) {
  std::map<holding, int> first;
  for (std::uint64_t run = search_model::learning_runs; run < first_round; ++run) {
    ++first[plan_run(1, run, order_kinds()).holds];
  }
  EXPECT_EQ(first, (std::map<holding, int>{{holding::own, 10}, {holding::some, 10}, {holding::most, 10}}));
  for (const std::uint64_t begin : {first_round, first_round + 40 * 25}) {
    std::map<holding, int> met;
    for (std::uint64_t run = begin; run < begin + 40; ++run) ++met[plan_run(1, run, order_kinds()).holds];
    EXPECT_EQ(met, (std::map<holding, int>{{holding::own, 1}, {holding::some, 7}, {holding::most, 32}}));
  }
}

TEST(plan, each_strategy_has_runs_alone_among_the_first_and_again_and_again_later) {
  const search_model learned = three_labels();
  for (const auto& [begin, end] : {std::pair{search_model::learning_runs, first_round + 3},
                                   std::pair{first_round + 3, first_round + 3 + std::uint64_t{40} * 8}}) {
    std::set<strategy> met;
    for (std::uint64_t run = begin; run < end; ++run) {
      const search_plan plan = plan_run(1, run, order_kinds(), learned);
      if (plan.holds == holding::own) met.insert(plan.how);
    }
    met.erase(strategy::corner);
    // Nothing is declared, so pos is static_priority; three chains that never touch one thing: surw is urw.
    EXPECT_EQ(met, (std::set<strategy>{strategy::urw, strategy::static_priority, strategy::pct, strategy::defer,
                                       strategy::delay_bounded, strategy::random_walk}));
  }
}

TEST(plan, the_picks_of_runs_that_hold_have_the_shares_of_the_research_and_declared_keys_bring_pos) {
  chain_model plain = independent_chains({3});
  chain_model declaring(std::vector<model_chain>{{.length = 3, .keys = {{1, true}}, .declared = true}});
  for (chain_model* model : {&plain, &declaring}) {
    const search_model learned = learn_about(*model);
    std::map<strategy, int> met;
    for (std::uint64_t run = 800; run < 2'800; ++run) {
      const search_plan plan = plan_run(1, run, order_kinds(), learned);
      if (plan.holds != holding::own) ++met[plan.how];
    }
    // 1950 runs; one slot of twenty has 100 of them, or 50 fewer where a run alone stands in its place.
    const std::map<strategy, int> slots = {
        {strategy::urw, 5}, {strategy::static_priority, 4}, {strategy::pct, 4},        {strategy::defer, 3},
        {strategy::pos, 2}, {strategy::delay_bounded, 1},   {strategy::random_walk, 1}};
    for (const auto& [how, count] : slots) {
      const int expected = model == &plain && how == strategy::pos               ? 0
                           : model == &plain && how == strategy::static_priority ? 600
                                                                                 : count * 100;
      EXPECT_GE(met[how], expected - 50) << name(how);
      EXPECT_LE(met[how], expected) << name(how);
    }
  }
}

TEST(plan, masks_leave_out_kinds_and_labels_of_few_runs_and_never_what_picks_or_holds) {
  int masked = 0;
  int labels = 0;
  constexpr int runs = 20'000;
  for (std::uint64_t run = first_round; run < first_round + runs; ++run) {
    const search_plan plan = plan_run(1, run, order_kinds());
    EXPECT_NE(plan.kinds & bit(choice_kind::pick), 0u);
    const bool holds = plan.holds != holding::own || plan.how == strategy::defer;
    EXPECT_TRUE(!holds || (plan.kinds & bit(choice_kind::defer)) != 0);
    if (plan.holds == holding::own) continue;
    masked += plan.kinds != order_kinds() || plan.label_mask != 0;
    labels += plan.label_mask != 0;
  }
  EXPECT_NEAR(masked, runs * 39 / 40 / 32, 4.5 * 24.3);  // 24.3 = sqrt(19,500 * 31 / 32 / 32)
  EXPECT_NEAR(labels, runs * 39 / 40 / 64, 4.5 * 17.3);
}

TEST(plan, a_plan_is_a_function_of_seed_and_run_alone) {
  const search_model learned = three_labels();
  chain_model model = independent_chains({3, 4, 5});
  for (std::uint64_t run = 2; run < 60; ++run) {
    const search_plan first = plan_run(9, run, order_kinds(), learned);
    (void)plan_run(10, run + 1, order_kinds(), learned);
    const search_plan second = plan_run(9, run, order_kinds(), learned);
    const std::vector<std::uint32_t> order = model.run(make_source(first, learned).get());
    EXPECT_EQ(order, model.run(make_source(second, learned).get())) << "run " << run;
  }
}

TEST(plan, points_of_change_are_distinct_steps_of_the_learned_length) {
  chain_model model = independent_chains({10, 10});
  const search_model learned = learn_about(model);
  std::map<int, int> depths;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const search_plan plan = plan_strategy(strategy::pct, seed, order_kinds(), learned);
    std::set<std::uint32_t> points;
    int drawn = 0;
    for (const std::uint32_t point : plan.points) {
      if (point == 0) continue;
      ++drawn;
      points.insert(point);
      EXPECT_LE(point, 20u);
    }
    EXPECT_EQ(points.size(), static_cast<std::size_t>(drawn));
    ++depths[1 + drawn];
  }
  for (const int depth : {1, 2, 3}) EXPECT_NEAR(depths[depth], 100, 4.5 * 8.2);  // 8.2 = sqrt(300 * 2 / 9)
}

TEST(delay_plans, are_as_many_as_there_are_multisets_of_steps) {
  EXPECT_EQ(delay_plans(50, 0), 1u);
  EXPECT_EQ(delay_plans(50, 1), 51u);
  EXPECT_EQ(delay_plans(50, 2), 1'326u);   // 1 + 50 + 50 * 51 / 2
  EXPECT_EQ(delay_plans(50, 3), 23'426u);  // the same
  std::set<std::multiset<std::uint32_t>> seen;
  for (std::uint64_t index = 0; index < delay_plans(7, 3); ++index) {
    const search_plan plan = delay_plan(index, 7, 1, order_kinds());
    std::multiset<std::uint32_t> points;
    for (const std::uint32_t point : plan.points) {
      EXPECT_LE(point, 7u);
      if (point != 0) points.insert(point);
    }
    EXPECT_EQ(points.size(), index < 1 ? 0u : index < delay_plans(7, 1) ? 1u : index < delay_plans(7, 2) ? 2u : 3u);
    seen.insert(points);
  }
  EXPECT_EQ(seen.size(), delay_plans(7, 3));
}

TEST(delay_plans, find_a_late_callback_without_chance) {
  chain_model model = independent_chains({1, 25});
  int last = 0;
  for (std::uint64_t index = 0; index < delay_plans(26, 1); ++index) {
    last += model.run(make_source(delay_plan(index, 26, 1, order_kinds())).get()).back() == 0;
  }
  EXPECT_EQ(last, 1);  // the delay at the first step, where the single callback would be next
}

}  // namespace
}  // namespace twinloop::sim::test
