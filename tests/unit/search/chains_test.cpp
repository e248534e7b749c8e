// The calibration programs are what they say they are.
#include <gtest/gtest.h>

#include <algorithm>

#include "scenarios/calibration/chains.hpp"

namespace twinloop::calibration {
namespace {

TEST(calibration, natural_order_takes_the_chains_in_turn) {
  sim::world world;
  EXPECT_EQ(run_c4(world), "abcabcabc");
  EXPECT_TRUE(world.report().clean()) << world.report().text();
}

TEST(calibration, every_pick_is_among_the_chains_that_are_not_at_their_end) {
  struct one_at_a_time : sim::choice_source {
    std::uint32_t answer(const sim::question& asked) override { return asked.kind == sim::choice_kind::batch ? 1 : 0; }
  } source;
  sim::world world({.source = &source});
  (void)run_c1(world);
  std::vector<unsigned> picks;
  for (const sim::choice_record& each : world.choices()) {
    if (each.kind == sim::choice_kind::pick) picks.push_back(each.n);
  }
  EXPECT_EQ(picks, std::vector<unsigned>(9, 2u));  // of 10 callbacks the last has no rival
}

TEST(calibration, no_pattern_fails_in_natural_order) {
  sim::world world;
  for (const pattern& each : patterns()) {
    world.reset();
    run_pattern(world, each, 2, 3);
    EXPECT_TRUE(world.report().clean()) << each.name << world.report().text();
  }
  world.reset();
  EXPECT_EQ(run_c2(world).size(), 26u);
  EXPECT_TRUE(world.report().clean());
}

TEST(calibration, programs_with_something_endless_end_in_natural_order) {
  sim::world world;
  const std::string order = run_c5(world);
  EXPECT_EQ(std::count(order.begin(), order.end(), 'a'), 5) << order;
  EXPECT_TRUE(world.report().clean()) << world.report().text();
  world.reset();
  EXPECT_EQ(run_c5_busy(world), "aaaaa");
  EXPECT_TRUE(world.report().clean()) << world.report().text();
}

}  // namespace
}  // namespace twinloop::calibration
