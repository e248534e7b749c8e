// The row of the bug benchmark that needs a value and an order (B23), as a property: RapidCheck draws the value, the
// search finds the order, and what is left of both is the least there is.
#include <gtest/gtest.h>

#include "scenarios/bugs/linear.hpp"
#include "tests/unit/testing/temporary_directory.hpp"
#include "twinloop/check.hpp"

namespace twinloop {
namespace {

/// Start values in [-50, 50]: of the two that can lead to zero, -17 and -68, the one.
check_result row_b23(bool buggy, check_options options = {}) {
  options.print = false;
  bugs::dials dial;
  dial.buggy = buggy;
  return check(
      "B23",
      [dial] {
        const int start = *rc::gen::inRange(-50, 51).as("start value");
        return [dial, start](sim::world& world) { bugs::run_linear(world, dial, start); };
      },
      options);
}

TEST(joint_row, is_found_within_the_default_budget_and_shrunk_to_the_value_and_two_deviations_at_most) {
  const temporary_directory directory;
  ::setenv("TWINLOOP_REPLAY_DIR", directory.path().c_str(), 1);
  const check_result found = row_b23(true);
  ::unsetenv("TWINLOOP_REPLAY_DIR");
  ASSERT_FALSE(found.passed);
  EXPECT_EQ(found.run.broke.name, "B23.value_is_never_zero");
  EXPECT_EQ(found.workload.at(0).second, "-17");
  EXPECT_GE(found.run.deviations, 1u);
  EXPECT_LE(found.run.deviations, 2u) << found.text;
}

TEST(joint_row, the_fixed_twin_passes_the_same_search) { EXPECT_TRUE(row_b23(false, {.cases = 300}).passed); }

}  // namespace
}  // namespace twinloop
