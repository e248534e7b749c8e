// Posts: the queue that other threads (and jobs) may fill.
#include <atomic>

#include "tests/contract/harness.hpp"
#include "twinloop/work.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(posts);

TEST_P(posts, run_first_in_first_out) {
  run([](loop& loop) {
    std::vector<int> order;
    for (int i = 0; i < 100; ++i) loop.post([&order, i] { order.push_back(i); });
    EXPECT_TRUE(order.empty());
    loop.run();
    ASSERT_EQ(order.size(), 100u);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
  });
}

TEST_P(posts, of_one_batch_share_one_wake) {
  run([](loop& loop) {
    std::uint64_t first_turn = 0, last_turn = 0;
    loop.post([&] { first_turn = loop.metrics().turns; });
    for (int i = 0; i < 1000; ++i) loop.post([] {});
    loop.post([&] { last_turn = loop.metrics().turns; });
    loop.run();
    EXPECT_EQ(first_turn, last_turn);
    EXPECT_NE(first_turn, 0u);
  });
}

TEST_P(posts, made_by_a_callback_wait_for_the_wake_that_follows) {
  run([](loop& loop) {
    std::uint64_t timer_turn = 0, post_turn = 0, second_turn = 0;
    timer due(loop, [&] {
      timer_turn = loop.metrics().turns;
      loop.post([&] {
        post_turn = loop.metrics().turns;
        loop.post([&] { second_turn = loop.metrics().turns; });
      });
    });
    due.start(0ns);
    loop.run();
    EXPECT_GT(post_turn, timer_turn) << "the posted phase of that turn came before the wake was reported";
    EXPECT_GT(second_turn, post_turn);
  });
}

TEST_P(posts, end_a_poll_that_would_block) {
  run([](loop& loop) {
    timer far_away(loop, [] { FAIL() << "nobody waited an hour"; });
    far_away.start(1h);
    work_handle work(loop);
    bool posted = false;
    work.start([&](job&) { loop.post([&] { posted = true; }); }, [](errc) {});
    while (!posted) loop.run_once();
    far_away.stop();
    loop.run();
    EXPECT_TRUE(posted);
  });
}

TEST_P(posts, keep_each_posters_order_among_several) {
  static constexpr int posters = 4, each = 50;
  run([](loop& loop) {
    std::vector<int> seen[posters];
    std::vector<std::unique_ptr<work_handle>> jobs;
    for (int poster = 0; poster < posters; ++poster) {
      jobs.push_back(std::make_unique<work_handle>(loop));
      jobs.back()->start(
          [&loop, &seen, poster](job& job) {
            for (int i = 0; i < each; ++i) {
              loop.post([&seen, poster, i] { seen[poster].push_back(i); });
              if (i % 8 == 0) job.yield();
            }
          },
          [](errc error) { EXPECT_EQ(error, errc::ok); });
    }
    // A post does not keep a loop alive before it was made: this timer does until all have come.
    timer waiting(loop, [&] {
      std::size_t total = 0;
      for (const auto& one : seen) total += one.size();
      if (total < posters * each) waiting.start(100us);
    });
    waiting.start(0ns);
    loop.run();
    for (const auto& one : seen) {
      ASSERT_EQ(one.size(), static_cast<std::size_t>(each));
      for (int i = 0; i < each; ++i) EXPECT_EQ(one[static_cast<std::size_t>(i)], i);
    }
  });
}

TEST_P(posts, made_by_a_job_see_what_the_job_did_before) {
  run([](loop& loop) {
    std::vector<int> written;
    work_handle work(loop);
    int seen = 0;
    work.start(
        [&](job& job) {
          written.push_back(7);
          loop.post([&] { seen = written.at(0); });
          job.yield();
        },
        [](errc) {});
    while (seen == 0) loop.run_once();
    loop.run();
    EXPECT_EQ(seen, 7);
  });
}

TEST_P(posts, keep_the_loop_alive_until_they_ran) {
  run([](loop& loop) {
    bool ran = false;
    loop.post([&] { ran = true; });
    EXPECT_TRUE(loop.alive());
    EXPECT_FALSE(loop.run());
    EXPECT_TRUE(ran);
  });
}

TEST_P(posts, of_the_intrusive_tier_may_be_queued_again_from_inside) {
  struct counting : task {
    class loop* loop = nullptr;
    int runs = 0;
  };
  run([](loop& loop) {
    counting again;
    again.loop = &loop;
    again.run = [](task& self) {
      auto& counted = static_cast<counting&>(self);
      if (++counted.runs < 5) counted.loop->post(counted);
    };
    loop.post(again);
    loop.run();
    EXPECT_EQ(again.runs, 5);
  });
}

}  // namespace twinloop::contract
