// Posts and wakes from threads that know nothing of the loop. Real kernel only: a simulated process has one thread
// and its jobs, whose posts posts_test.cpp covers on both arms.
#include <atomic>
#include <thread>

#include "tests/contract/harness.hpp"
#include "twinloop/real.hpp"

namespace twinloop::contract {

namespace {

struct own_loop {
  real::kernel_pointer kernel = real::make_kernel();
  twinloop::loop loop{*kernel};
};

}  // namespace

TEST(threads, posts_of_each_thread_run_in_its_order) {
  static constexpr int posters = 4, each = 5000;
  own_loop own;
  std::vector<int> next(posters, 0);
  int total = 0;
  timer keeping_alive(own.loop, [] {});
  keeping_alive.start(1h);
  std::vector<std::thread> threads;
  for (int poster = 0; poster < posters; ++poster) {
    threads.emplace_back([&, poster] {
      for (int i = 0; i < each; ++i) {
        own.loop.post([&, poster, i] {
          EXPECT_EQ(next[static_cast<std::size_t>(poster)]++, i);
          if (++total == posters * each) keeping_alive.stop();
        });
      }
    });
  }
  own.loop.run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(total, posters * each);
}

TEST(threads, a_post_wakes_a_loop_that_blocks) {
  own_loop own;
  timer keeping_alive(own.loop, [] { FAIL() << "nobody waited an hour"; });
  keeping_alive.start(1h);
  std::atomic<bool> blocking{false};
  hook prepare(own.loop, hook_phase::prepare, [&] { blocking = true; });
  prepare.start();
  std::thread other([&] {
    while (!blocking) std::this_thread::yield();
    own.loop.post([&] {
      prepare.stop();
      keeping_alive.stop();
    });
  });
  own.loop.run();
  other.join();
}

TEST(threads, intrusive_posts_cross_threads_in_order) {
  struct numbered : task {
    std::vector<int>* order = nullptr;
    int number = 0;
  };
  static constexpr int count = 1000;
  own_loop own;
  std::vector<int> order;
  std::vector<numbered> tasks(count);
  std::thread other([&] {
    for (int i = 0; i < count; ++i) {
      numbered& queued = tasks[static_cast<std::size_t>(i)];
      queued.order = &order;
      queued.number = i;
      queued.run = [](task& self) {
        auto& ran = static_cast<numbered&>(self);
        ran.order->push_back(ran.number);
      };
      own.loop.post(queued);
    }
  });
  timer keeping_alive(own.loop, [&] {
    if (order.size() == count) keeping_alive.stop();
  });
  keeping_alive.start(0ns, 1ms);
  own.loop.run();
  other.join();
  for (int i = 0; i < count; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(threads, wakes_coalesce_and_none_is_lost) {
  own_loop own;
  completion out[4];
  for (int round = 0; round < 100; ++round) {
    std::thread other([&] {
      for (int i = 0; i < 10; ++i) own.kernel->wake();
    });
    bool woken = false;
    while (!woken) woken = own.kernel->wait(own.kernel->now(true) + 10s, out).woken;
    other.join();
    own.kernel->wait(time_point::min(), out);  // takes what came after that report
    EXPECT_FALSE(own.kernel->wait(time_point::min(), out).woken);
  }
}

// The thread that made the loop is one of the others as soon as another runs it.
TEST(threads, the_maker_of_a_loop_may_post_while_another_thread_begins_to_run_it) {
  static constexpr int rounds = 200, each = 50;
  for (int round = 0; round < rounds; ++round) {
    own_loop own;
    std::vector<int> order;
    timer keeping_alive(own.loop, [] {});
    keeping_alive.start(1h);
    own.loop.post([&] { order.push_back(-1); });
    std::thread runner([&] { own.loop.run(); });
    for (int i = 0; i < each; ++i) own.loop.post([&, i] { order.push_back(i); });
    own.loop.post([&] { keeping_alive.stop(); });
    runner.join();
    ASSERT_EQ(order.size(), each + 1u);
    for (int i = 0; i <= each; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i - 1);
  }
}

}  // namespace twinloop::contract
