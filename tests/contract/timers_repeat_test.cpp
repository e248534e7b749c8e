// Timers with a repeat: armed again from now before each callback, at most one callback a turn.
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(timers_repeating);

TEST_P(timers_repeating, with_a_repeat_are_armed_again_from_now_before_their_callback) {
  run([](loop& loop) {
    int fired = 0;
    timer repeating(loop, [&] {
      EXPECT_TRUE(repeating.armed());
      EXPECT_EQ(repeating.due(), loop.now() + 300us);
      if (++fired == 4) repeating.stop();
    });
    repeating.start(0ns, 300us);
    loop.run();
    EXPECT_EQ(fired, 4);
  });
}

TEST_P(timers_repeating, with_an_endless_repeat_fire_once_and_stay_armed) {
  run([](loop& loop) {
    int fired = 0;
    timer endless(loop, [&] {
      ++fired;
      loop.stop();
    });
    endless.start(0ns, duration::max());
    EXPECT_TRUE(loop.run());
    EXPECT_EQ(fired, 1);
    EXPECT_EQ(endless.due(), never);
  });
}

TEST_P(timers_repeating, with_a_repeat_are_due_at_multiples_of_it_or_later) {
  run([](loop& loop) {
    time_point start = loop.now();
    int fired = 0;
    timer repeating(loop, [&] {
      ++fired;
      EXPECT_GE(loop.now(), start + 1ms + (fired - 1) * 500us);
      if (fired == 5) repeating.stop();
    });
    repeating.start(1ms, 500us);
    EXPECT_EQ(repeating.repeat(), duration(500us));
    loop.run();
    EXPECT_EQ(fired, 5);
  });
}

TEST_P(timers_repeating, with_a_repeat_fire_at_most_once_in_a_turn) {
  run([](loop& loop) {
    std::uint64_t last_turn = UINT64_MAX;
    int fired = 0;
    timer repeating(loop, [&] {
      EXPECT_NE(loop.metrics().turns, last_turn);
      last_turn = loop.metrics().turns;
      if (++fired == 20) repeating.stop();
    });
    repeating.start(0ns, 1ns);  // always behind: what was missed is not made up in one turn
    loop.run();
    EXPECT_EQ(fired, 20);
  });
}

TEST_P(timers_repeating, with_a_repeat_can_be_given_another_from_inside) {
  run([](loop& loop) {
    int fired = 0;
    timer repeating(loop, [&] {
      if (++fired == 3) repeating.start(100us);
    });
    repeating.start(0ns, 100us);
    loop.run();
    EXPECT_EQ(fired, 4);
    EXPECT_FALSE(repeating.armed());
  });
}

}  // namespace twinloop::contract
