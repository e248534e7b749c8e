// Goal: B23 fails for the start values and orders that arithmetic says, and a search that is given such a value finds
// the order. Method: all orders by hand beside a search of the story under each start value.
#include "scenarios/bugs/linear.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace bugs {
namespace {

constexpr std::uint64_t schedules = 120;

/// Whether some order of "minus 2", "times 4" and "plus 70" makes `start` zero, modulo 2^32.
bool some_order_gives_zero(std::uint32_t start) {
  std::array<int, 3> order{0, 1, 2};
  do {
    std::uint32_t value = start;
    for (int each : order) {
      if (each == 0) value -= 2;
      if (each == 1) value *= 4;
      if (each == 2) value += 70;
    }
    if (value == 0) return true;
  } while (std::next_permutation(order.begin(), order.end()));
  return false;
}

/// How many of the first schedules of a search fail.
std::uint64_t failing(std::int32_t start, bool buggy, std::uint64_t runs) {
  std::uint64_t failed = 0;
  for (std::uint64_t run = 0; run < runs; ++run) {
    const auto source = sim::make_source(sim::plan_run(23, run, sim::order_kinds()));
    sim::world world({.source = source.get()});
    dials dial;
    dial.buggy = buggy;
    run_linear(world, dial, start);
    if (world.report().clean()) continue;
    EXPECT_EQ(world.report().failures.front().name, "B23.value_is_never_zero");
    ++failed;
  }
  return failed;
}

constexpr std::int32_t two_to_30 = 1 << 30;
constexpr std::array<std::int32_t, 10> starts{0,  -17, -68, -17 + two_to_30, -68 - two_to_30, 17,
                                              68, -16, -70, INT32_MIN};

TEST(linear, a_search_fails_for_exactly_the_start_values_that_some_order_makes_zero) {
  for (std::int32_t start : starts) {
    const bool possible = some_order_gives_zero(static_cast<std::uint32_t>(start));
    EXPECT_EQ(failing(start, true, schedules) > 0, possible) << start;
  }
}

TEST(linear, the_natural_order_fails_for_none) {
  for (std::int32_t start : starts) EXPECT_EQ(failing(start, true, 1), 0u) << start;
}

TEST(linear, the_fixed_twin_fails_for_none) {
  for (std::int32_t start : {-17, -68}) EXPECT_EQ(failing(start, false, schedules), 0u) << start;
}

}  // namespace
}  // namespace bugs
