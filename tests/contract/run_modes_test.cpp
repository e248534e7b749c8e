// run, run_once, run_nowait, run_for, run_until, stop: when each returns, and what it says.
#include "tests/contract/harness.hpp"
#include "twinloop/work.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(run_modes);

TEST_P(run_modes, run_returns_at_once_when_nothing_is_alive) {
  run([](loop& loop) {
    EXPECT_FALSE(loop.alive());
    EXPECT_FALSE(loop.run());
    EXPECT_FALSE(loop.run_once());
    EXPECT_FALSE(loop.run_nowait());
    time_point before = loop.now();
    EXPECT_FALSE(loop.run_for(1h));
    EXPECT_FALSE(loop.run_until(loop.now() + 1h));
    EXPECT_LT(loop.now(), before + 1h);
  });
}

TEST_P(run_modes, run_goes_on_until_nothing_keeps_it_alive) {
  run([](loop& loop) {
    int fired = 0;
    timer chain(loop, [&] {
      if (++fired < 5) chain.start(100us);
    });
    chain.start(100us);
    EXPECT_FALSE(loop.run());
    EXPECT_EQ(fired, 5);
    EXPECT_FALSE(loop.alive());
  });
}

TEST_P(run_modes, run_can_be_called_again) {
  run([](loop& loop) {
    int fired = 0;
    timer again(loop, [&] { ++fired; });
    for (int round = 1; round <= 3; ++round) {
      again.start(0ns);
      EXPECT_FALSE(loop.run());
      EXPECT_EQ(fired, round);
    }
  });
}

TEST_P(run_modes, run_once_waits_for_something_to_do) {
  run([](loop& loop) {
    bool fired = false;
    timer due(loop, [&] { fired = true; });
    due.start(1ms);
    // A turn that blocks ends when the timer is due; its callback is the next turn's. Kernels may return for no reason.
    int turns = 0;
    while (!fired && turns < 1000) ++turns, loop.run_once();
    EXPECT_TRUE(fired);
    EXPECT_LT(turns, 1000) << "run_once did not block";
    EXPECT_FALSE(loop.run_once());
  });
}

TEST_P(run_modes, run_once_says_whether_something_is_still_alive) {
  run([](loop& loop) {
    loop.immediate([&] { loop.immediate([] {}); });
    EXPECT_TRUE(loop.run_once());
    EXPECT_FALSE(loop.run_once());
  });
}

TEST_P(run_modes, run_nowait_never_blocks) {
  run([](loop& loop) {
    timer far_away(loop, [] { FAIL() << "nobody waited an hour"; });
    far_away.start(1h);
    time_point before = loop.now();
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(loop.run_nowait());
    EXPECT_LT(loop.now(), before + 1h);
    far_away.stop();
    EXPECT_FALSE(loop.run_nowait());
  });
}

TEST_P(run_modes, run_nowait_is_one_turn) {
  run([](loop& loop) {
    int runs = 0;
    hook idle(loop, hook_phase::idle, [&] { ++runs; });
    idle.start();
    std::uint64_t turns = loop.metrics().turns;
    EXPECT_TRUE(loop.run_nowait());
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(loop.metrics().turns, turns + 1);
  });
}

TEST_P(run_modes, run_for_returns_after_its_budget_with_what_is_later_still_armed) {
  run([](loop& loop) {
    bool early = false, late = false;
    timer first(loop, [&] { early = true; }), second(loop, [&] { late = true; });
    first.start(1ms);
    second.start(1h);
    time_point end = loop.now() + 5ms;
    while (!early) EXPECT_TRUE(loop.run_for(5ms));  // a timer may be late, beyond any budget
    EXPECT_GE(loop.now(), end);
    EXPECT_LT(loop.now(), end + 1h);
    EXPECT_FALSE(late);
    EXPECT_TRUE(second.armed());
  });
}

TEST_P(run_modes, run_for_stops_early_when_nothing_keeps_it_alive) {
  run([](loop& loop) {
    time_point start = loop.now();
    timer due(loop, [] {});
    due.start(1ms);
    EXPECT_FALSE(loop.run_for(1h));
    EXPECT_LT(loop.now(), start + 1h);
  });
}

TEST_P(run_modes, run_until_returns_at_its_limit) {
  run([](loop& loop) {
    timer far_away(loop, [] { FAIL() << "nobody waited an hour"; });
    far_away.start(1h);
    time_point limit = loop.now() + 2ms;
    EXPECT_TRUE(loop.run_until(limit));
    EXPECT_GE(loop.now(), limit);
    EXPECT_LT(loop.now(), limit + 1h);
  });
}

TEST_P(run_modes, run_until_a_time_that_has_passed_does_not_block) {
  run([](loop& loop) {
    timer far_away(loop, [] { FAIL() << "nobody waited an hour"; });
    far_away.start(1h);
    time_point before = loop.now();
    EXPECT_TRUE(loop.run_until(loop.now() - 1s));
    EXPECT_TRUE(loop.run_for(-1s));
    EXPECT_LT(loop.now(), before + 1h);
  });
}

TEST_P(run_modes, stop_lets_the_turn_finish_its_phases_without_blocking) {
  run([](loop& loop) {
    bool immediate_ran = false, check_ran = false;
    hook check(loop, hook_phase::check, [&] { check_ran = true; });
    check.start();
    timer far_away(loop, [] { FAIL() << "nobody waited an hour"; });
    far_away.start(1h);
    std::uint64_t stop_turn = 0;
    timer stopping(loop, [&] {
      stop_turn = loop.metrics().turns;
      loop.immediate([&] { immediate_ran = true; });
      loop.stop();
      check_ran = false;
    });
    stopping.start(0ns);
    EXPECT_TRUE(loop.run());
    EXPECT_TRUE(immediate_ran);
    EXPECT_TRUE(check_ran);
    EXPECT_EQ(loop.metrics().turns, stop_turn);
    EXPECT_TRUE(far_away.armed());
  });
}

TEST_P(run_modes, stop_from_a_completion_ends_run_with_the_rest_kept_for_the_next) {
  run([](loop& loop) {
    std::vector<std::unique_ptr<work_handle>> jobs;
    int done = 0;
    for (int i = 0; i < 6; ++i) {
      jobs.push_back(std::make_unique<work_handle>(loop));
      jobs.back()->start([](job&) {},
                         [&](errc) {
                           ++done;
                           loop.stop();
                         });
    }
    int runs = 0;
    while (loop.run()) ASSERT_LT(++runs, 10);
    EXPECT_EQ(done, 6);
  });
}

TEST_P(run_modes, a_stop_is_used_up_by_one_run) {
  run([](loop& loop) {
    int fired = 0;
    timer repeating(loop, [&] {
      ++fired;
      loop.stop();
    });
    repeating.start(0ns, 100us);
    for (int round = 1; round <= 4; ++round) {
      EXPECT_TRUE(loop.run());
      EXPECT_EQ(fired, round);
    }
  });
}

}  // namespace twinloop::contract
