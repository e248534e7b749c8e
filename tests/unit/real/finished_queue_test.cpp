// The ring of completions that wait for delivery.
#include "real/finished_queue.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace twinloop::real {
namespace {

TEST(finished_queue, keeps_order_across_growth_and_wrap_around) {
  finished_queue queue;
  shutdown_op target;
  std::int64_t pushed = 0;
  std::int64_t popped = 0;
  for (int round = 1; round < 40; ++round) {
    for (int i = 0; i < round * 7; ++i) queue.push({.target = &target, .count = pushed++});
    for (int i = 0; i < round * 5; ++i) ASSERT_EQ(queue.pop().count, popped++);
  }
  while (!queue.empty()) ASSERT_EQ(queue.pop().count, popped++);
  EXPECT_EQ(popped, pushed);
}

TEST(finished_queue, forgotten_completion_is_skipped_and_does_not_count) {
  finished_queue queue;
  shutdown_op kept;
  shutdown_op gone;
  queue.push({.target = &kept, .count = 1});
  const std::uint64_t place = queue.push({.target = &gone, .count = 2});
  queue.push({.target = &kept, .count = 3});
  EXPECT_EQ(queue.forget(place, gone).count, 2);
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(queue.pop().count, 1);
  EXPECT_EQ(queue.pop().count, 3);
  EXPECT_TRUE(queue.empty());
}

TEST(finished_queue, holding_only_forgotten_ones_is_empty) {
  finished_queue queue;
  shutdown_op gone;
  queue.push({.target = &gone});
  queue.push({.target = &gone});
  int shown = 0;
  queue.forget_all(gone, [&](const completion&) { ++shown; });
  EXPECT_EQ(shown, 2);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace twinloop::real
