// The wake channel: coalescing, and no system call unless the loop sleeps.
#include "real/wake.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/real/driver.hpp"

namespace twinloop::real {
namespace {

/// How often the eventfd was written to; reads it, which the kernel never does.
std::uint64_t writes(const wake_channel& channel) {
  std::uint64_t count = 0;
  return read(channel.descriptor(), &count, sizeof count) == sizeof count ? count : 0;
}

TEST(wake_channel, raising_while_the_loop_is_awake_is_no_system_call) {
  wake_channel channel;
  channel.raise(wake_called);
  EXPECT_EQ(writes(channel), 0u);
  EXPECT_TRUE(channel.raised());
  EXPECT_FALSE(channel.fall_asleep());
}

TEST(wake_channel, many_raises_during_one_sleep_are_one_write) {
  wake_channel channel;
  ASSERT_TRUE(channel.fall_asleep());
  for (int i = 0; i < 5; ++i) channel.raise(wake_called);
  channel.raise(pool_returned);
  EXPECT_EQ(writes(channel), 1u);
  EXPECT_EQ(channel.take(), wake_called | pool_returned);
  EXPECT_EQ(channel.take(), 0u);
}

TEST(wake_channel, sleep_that_ended_by_itself_leaves_nothing_raised) {
  wake_channel channel;
  ASSERT_TRUE(channel.fall_asleep());
  EXPECT_EQ(channel.take(), 0u);
  EXPECT_FALSE(channel.raised());
}

TEST(wake, before_a_wait_makes_it_return_and_is_reported_once) {
  driver run;
  run.below().wake();
  run.below().wake();
  EXPECT_EQ(run.wait(never), 0u);
  EXPECT_TRUE(run.woken());
  run.poll();
  EXPECT_FALSE(run.woken());
}

TEST(wake, none_of_many_threads_wakes_is_lost) {
  driver run;
  constexpr int thread_count = 4;
  constexpr int rounds = 2000;
  std::atomic<int> published{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < rounds; ++round) {
        published.fetch_add(1, std::memory_order_relaxed);
        run.below().wake();
      }
    });
  }
  // What was published before a wake must be visible after the wait that reports it: else this never ends.
  while (published.load(std::memory_order_relaxed) < thread_count * rounds) {
    run.wait(never);
    EXPECT_TRUE(run.woken());
  }
  for (std::thread& each : threads) each.join();
}

kernel* signalled = nullptr;

TEST(wake, signal_handler_on_the_loops_own_thread_ends_the_wait) {
  driver run;
  signalled = &run.below();
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) { signalled->wake(); };
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  const pthread_t loop_thread = pthread_self();
  std::atomic<int> waited{0};
  std::thread sender([&] {
    for (int i = 0; i < 500; ++i) {
      pthread_kill(loop_thread, SIGUSR1);  // before, during or after falling asleep
      while (waited.load() <= i) std::this_thread::yield();
    }
  });
  for (int i = 0; i < 500; ++i) {
    do run.wait(never);
    while (!run.woken());
    waited.store(i + 1);
  }
  sender.join();
  sigaction(SIGUSR1, &before, nullptr);
}

}  // namespace
}  // namespace twinloop::real
