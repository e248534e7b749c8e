// The timer queue by itself: order, laziness, dead keys, renumbering.
#include "loop/timer_queue.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <vector>

#include "tests/unit/loop/fake_kernel.hpp"

namespace twinloop {

namespace {

// Timers on a loop that never runs: the queue under test is a second one.
struct timer_queue_test : ::testing::Test {
  intrusive_timer& make() {
    timers.emplace_back(owner, [](intrusive_timer&) {});
    return timers.back();
  }
  // The numbers of the timers that are due at `limit`, in the order in which the queue hands them out.
  std::vector<int> due(std::int64_t limit) {
    std::vector<int> order;
    queue.collect_due(limit);
    while (intrusive_timer* next = queue.pop_due()) order.push_back(number_of(*next));
    return order;
  }
  int number_of(const intrusive_timer& timer) const {
    for (std::size_t i = 0; i < timers.size(); ++i) {
      if (&timers[i] == &timer) return static_cast<int>(i);
    }
    return -1;
  }
  ~timer_queue_test() override {
    for (intrusive_timer& each : timers) queue.remove(each);
  }

  fake_kernel kernel;
  loop owner{kernel};
  std::deque<intrusive_timer> timers;
  timer_queue queue;
};

using order = std::vector<int>;

}  // namespace

TEST_F(timer_queue_test, is_empty_at_first) {
  EXPECT_EQ(queue.next_due(), timer_queue::none);
  EXPECT_EQ(due(INT64_MAX), order{});
}

TEST_F(timer_queue_test, a_timer_that_alone_is_due_is_taken_at_once_and_only_then) {
  for (int i = 0; i < 3; ++i) make();
  EXPECT_EQ(queue.take_only_due(100), nullptr);
  queue.start(timers[0], 10), queue.start(timers[1], 20), queue.start(timers[2], 20);
  EXPECT_EQ(queue.take_only_due(9), nullptr);
  EXPECT_EQ(queue.take_only_due(10), &timers[0]);
  EXPECT_FALSE(timers[0].armed());
  EXPECT_EQ(queue.take_only_due(20), nullptr);
  EXPECT_EQ(due(20), (order{1, 2}));
}

TEST_F(timer_queue_test, hands_out_in_due_then_start_order) {
  for (int i = 0; i < 6; ++i) make();
  queue.start(timers[0], 30), queue.start(timers[1], 10), queue.start(timers[2], 20);
  queue.start(timers[3], 10), queue.start(timers[4], 30), queue.start(timers[5], 0);
  EXPECT_EQ(queue.next_due(), 0);
  EXPECT_EQ(due(30), (order{5, 1, 3, 2, 0, 4}));
  EXPECT_EQ(queue.next_due(), timer_queue::none);
}

TEST_F(timer_queue_test, hands_out_only_what_is_due) {
  make(), make();
  queue.start(timers[0], 10), queue.start(timers[1], 11);
  EXPECT_EQ(due(9), order{});
  EXPECT_EQ(due(10), order{0});
  EXPECT_FALSE(timers[0].armed());
  EXPECT_TRUE(timers[1].armed());
  EXPECT_EQ(queue.next_due(), 11);
}

TEST_F(timer_queue_test, moves_to_a_later_time_keep_one_key) {
  make();
  for (std::int64_t at = 10; at < 1000; ++at) queue.start(timers[0], at);
  EXPECT_EQ(queue.size(), 1u) << "moving to a later time is a plain store";
  EXPECT_EQ(queue.next_due(), 999);
  EXPECT_EQ(due(998), order{});
  EXPECT_EQ(due(999), order{0});
}

TEST_F(timer_queue_test, stopped_and_started_again_counts_as_started_anew) {
  make(), make();
  queue.start(timers[0], 10), queue.start(timers[1], 10);
  queue.stop(timers[0]);
  queue.start(timers[0], 10);
  EXPECT_EQ(due(10), (order{1, 0}));
}

TEST_F(timer_queue_test, dead_keys_do_not_pile_up) {
  make();
  for (int i = 0; i < 100000; ++i) queue.start(timers[0], 1'000'000 - i);  // each move to an earlier time leaves one
  EXPECT_LT(queue.size(), 1000u);
  EXPECT_EQ(queue.next_due(), 900'001);
}

TEST_F(timer_queue_test, timers_armed_while_a_batch_is_handed_out_are_not_in_it) {
  make(), make(), make();
  queue.start(timers[0], 10), queue.start(timers[1], 10);
  queue.collect_due(10);
  EXPECT_EQ(queue.pop_due(), &timers[0]);
  queue.start(timers[0], 5);
  queue.start(timers[2], 1);
  queue.start(timers[1], 10);  // moved: it waits too
  EXPECT_EQ(queue.pop_due(), nullptr);
  EXPECT_EQ(queue.next_due(), 1);
  EXPECT_EQ(due(10), (order{2, 0, 1}));
}

TEST_F(timer_queue_test, timers_stopped_or_removed_while_a_batch_is_handed_out_are_passed_over) {
  for (int i = 0; i < 5; ++i) queue.start(make(), 10);
  queue.collect_due(10);
  EXPECT_EQ(queue.pop_due(), &timers[0]);
  queue.stop(timers[1]);
  queue.remove(timers[3]);
  EXPECT_EQ(queue.pop_due(), &timers[2]);
  EXPECT_EQ(queue.pop_due(), &timers[4]);
  EXPECT_EQ(queue.pop_due(), nullptr);
  EXPECT_EQ(queue.next_due(), timer_queue::none);
}

TEST_F(timer_queue_test, a_batch_that_was_left_comes_first_and_complete) {
  for (int i = 0; i < 4; ++i) queue.start(make(), 10 + i);
  queue.collect_due(12);
  EXPECT_EQ(queue.pop_due(), &timers[0]);
  EXPECT_FALSE(queue.batch_empty());
  EXPECT_EQ(queue.next_due(), 11);
  EXPECT_EQ(due(13), (order{1, 2})) << "what an exception left over";
  EXPECT_EQ(due(13), order{3});
}

TEST_F(timer_queue_test, keeps_start_order_when_sequence_numbers_run_out) {
  queue.limit_sequence(16);
  for (int i = 0; i < 8; ++i) make();
  for (int round = 0; round < 10; ++round) {
    for (intrusive_timer& each : timers) queue.start(each, 100);
  }
  queue.start(timers[2], 100);
  queue.start(timers[5], 50);
  EXPECT_EQ(due(100), (order{5, 0, 1, 3, 4, 6, 7, 2}));
}

TEST_F(timer_queue_test, renumbers_with_lazily_moved_timers_and_a_batch_under_way) {
  queue.limit_sequence(12);
  for (int i = 0; i < 6; ++i) queue.start(make(), 10);
  queue.start(timers[0], 20);  // lazily: its key still says 10
  queue.collect_due(10);
  EXPECT_EQ(queue.pop_due(), &timers[1]);
  for (int i = 0; i < 20; ++i) queue.start(timers[1], 20);  // renumbers
  EXPECT_EQ(queue.pop_due(), &timers[2]);
  EXPECT_EQ(queue.pop_due(), &timers[3]);
  EXPECT_EQ(queue.pop_due(), &timers[4]);
  EXPECT_EQ(queue.pop_due(), &timers[5]);
  EXPECT_EQ(queue.pop_due(), nullptr);
  EXPECT_EQ(due(20), (order{0, 1}));
}

TEST_F(timer_queue_test, hands_out_many_due_at_once_in_order) {
  constexpr int count = 2000;
  for (int i = 0; i < count; ++i) queue.start(make(), (i * 7919) % 1000);
  std::int64_t last_due = -1;
  int last_number = -1;
  int seen = 0;
  queue.collect_due(1000);
  while (intrusive_timer* next = queue.pop_due()) {
    std::int64_t at = next->due().time_since_epoch().count();
    int number = number_of(*next);
    ASSERT_TRUE(at > last_due || (at == last_due && number > last_number));
    last_due = at;
    last_number = number;
    ++seen;
  }
  EXPECT_EQ(seen, count);
}

}  // namespace twinloop
