// Searches count what can be counted on paper.
#include <gtest/gtest.h>

#include "scenarios/calibration/chains.hpp"
#include "twinloop/search.hpp"

namespace twinloop::sim {
namespace {

void c1(world& world) { (void)calibration::run_c1(world); }
void c4(world& world) { (void)calibration::run_c4(world); }

// (5+5)!/(5!5!) and (3+3+3)!/(3!3!3!)
constexpr std::uint64_t c1_orders = 252;
constexpr std::uint64_t c4_orders = 1680;

TEST(explore_all, c1_has_252_interleavings) {
  const search_result found = explore_all(c1);
  EXPECT_TRUE(found.clean()) << found.text();
  EXPECT_EQ(found.runs, c1_orders);
  EXPECT_EQ(found.interleavings, c1_orders);
  EXPECT_EQ(found.traces, c1_orders);  // nothing is declared: every two callbacks conflict
}

TEST(explore_all, c4_has_1680_interleavings) {
  const search_result found = explore_all(c4);
  EXPECT_TRUE(found.clean()) << found.text();
  EXPECT_EQ(found.runs, c4_orders);
  EXPECT_EQ(found.interleavings, c4_orders);
}

TEST(dpor, undeclared_callbacks_of_c4_have_1680_traces) {
  const search_result found = dpor(c4);
  EXPECT_TRUE(found.clean()) << found.text();
  EXPECT_EQ(found.traces, c4_orders);
  EXPECT_EQ(found.runs, c4_orders);
}

TEST(dpor, callbacks_that_share_nothing_have_one_trace) {
  const search_result found = dpor([](world& world) { (void)calibration::run_c4(world, true); });
  EXPECT_TRUE(found.clean()) << found.text();
  EXPECT_EQ(found.traces, 1u);
  EXPECT_EQ(found.executions, 1u);
}

}  // namespace
}  // namespace twinloop::sim
