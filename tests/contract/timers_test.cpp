// Timers, case by case; repeats stand in timers_repeat_test.cpp, timers_property_test.cpp holds many of them against a
// sorted model.
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(timers);

TEST_P(timers, fire_in_order_of_due_times) {
  run([](loop& loop) {
    std::vector<int> order;
    std::vector<std::unique_ptr<timer>> all;
    for (int i : {5, 1, 4, 0, 3, 2}) {
      all.push_back(std::make_unique<timer>(loop, [&order, i] { order.push_back(i); }));
      all.back()->start(std::chrono::microseconds(500 * i));
    }
    loop.run();
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5}));
  });
}

TEST_P(timers, due_together_fire_in_start_order) {
  run([](loop& loop) {
    std::vector<int> order;
    std::vector<std::unique_ptr<timer>> all;
    for (int i = 0; i < 40; ++i) {
      all.push_back(std::make_unique<timer>(loop, [&order, i] { order.push_back(i); }));
    }
    time_point due = loop.now() + 1ms;
    for (int i = 39; i >= 0; --i) all[static_cast<std::size_t>(i)]->start_at(due);
    loop.run();
    ASSERT_EQ(order.size(), 40u);
    for (int i = 0; i < 40; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], 39 - i);
  });
}

TEST_P(timers, never_fire_early) {
  run([](loop& loop) {
    int fired = 0;
    std::vector<std::unique_ptr<timer>> all;
    for (duration delay : {duration(0ns), duration(1ns), duration(999ns), duration(1us), duration(999999ns),
                           duration(1ms), duration(1000001ns), duration(3ms)}) {
      time_point due = loop.now() + delay;
      all.push_back(std::make_unique<timer>(loop, [&loop, &fired, due] {
        EXPECT_GE(loop.now(), due);
        EXPECT_GE(loop.below().now(true), due);
        ++fired;
      }));
      all.back()->start(delay);
      EXPECT_EQ(all.back()->due(), due);
    }
    loop.run();
    EXPECT_EQ(fired, 8);
  });
}

TEST_P(timers, do_not_fire_inside_start_whatever_the_delay) {
  run([](loop& loop) {
    bool inside = false;
    int fired = 0;
    auto callback = [&] {
      EXPECT_FALSE(inside);
      ++fired;
    };
    timer zero(loop, callback), negative(loop, callback), past(loop, callback);
    inside = true;
    zero.start(0ns), negative.start(-5s), past.start_at(loop.now() - 1ns);
    inside = false;
    loop.run();
    EXPECT_EQ(fired, 3);
  });
}

TEST_P(timers, with_a_negative_delay_count_as_due_now) {
  run([](loop& loop) {
    std::vector<char> order;
    timer first(loop, [&] { order.push_back('a'); }), second(loop, [&] { order.push_back('b'); });
    first.start(0ns);
    second.start(-1h);
    EXPECT_EQ(second.due(), loop.now());
    loop.run();
    EXPECT_EQ(order, (std::vector<char>{'a', 'b'}));
  });
}

TEST_P(timers, started_without_delay_by_a_timer_fire_in_a_later_turn) {
  run([](loop& loop) {
    std::uint64_t outer_turn = 0, inner_turn = 0;
    timer inner(loop, [&] { inner_turn = loop.metrics().turns; });
    timer outer(loop, [&] {
      outer_turn = loop.metrics().turns;
      inner.start(0ns);
    });
    outer.start(1ms);
    loop.run();
    EXPECT_GT(inner_turn, outer_turn);
  });
}

TEST_P(timers, started_in_the_past_by_a_timer_fire_in_a_later_turn) {
  run([](loop& loop) {
    std::uint64_t outer_turn = 0, inner_turn = 0;
    timer inner(loop, [&] { inner_turn = loop.metrics().turns; });
    timer outer(loop, [&] {
      outer_turn = loop.metrics().turns;
      inner.start_at(loop.now() - 1ms);
    });
    outer.start(2ms);
    loop.run();
    EXPECT_GT(inner_turn, outer_turn);
  });
}

TEST_P(timers, restarting_itself_without_delay_leaves_room_for_everybody_else) {
  run([](loop& loop) {
    int rounds = 0;
    timer greedy(loop, [&] {
      if (++rounds < 100000) greedy.start(0ns);
    });
    bool other = false;
    greedy.start(0ns);
    loop.post([&] {
      other = true;
      greedy.stop();
    });
    loop.run();
    EXPECT_TRUE(other);
    EXPECT_LT(rounds, 100000);
  });
}

TEST_P(timers, moved_to_a_later_time_fire_then_only) {
  run([](loop& loop) {
    std::vector<char> order;
    timer moved(loop, [&] { order.push_back('m'); }), fixed(loop, [&] { order.push_back('f'); });
    moved.start(1ms);
    fixed.start(2ms);
    moved.start(3ms);
    loop.run();
    EXPECT_EQ(order, (std::vector<char>{'f', 'm'}));
  });
}

TEST_P(timers, moved_to_an_earlier_time_fire_then) {
  run([](loop& loop) {
    std::vector<char> order;
    timer moved(loop, [&] { order.push_back('m'); }), fixed(loop, [&] { order.push_back('f'); });
    moved.start(1h);
    fixed.start(2ms);
    moved.start(1ms);
    loop.run();
    EXPECT_EQ(order, (std::vector<char>{'m', 'f'}));
  });
}

TEST_P(timers, rearmed_to_the_same_due_time_count_as_started_anew) {
  run([](loop& loop) {
    std::vector<char> order;
    timer a(loop, [&] { order.push_back('a'); }), b(loop, [&] { order.push_back('b'); });
    time_point due = loop.now() + 1ms;
    a.start_at(due), b.start_at(due), a.start_at(due);
    loop.run();
    EXPECT_EQ(order, (std::vector<char>{'b', 'a'}));
  });
}

TEST_P(timers, rearmed_later_and_back_count_as_started_anew) {
  run([](loop& loop) {
    std::vector<char> order;
    timer a(loop, [&] { order.push_back('a'); }), b(loop, [&] { order.push_back('b'); });
    time_point due = loop.now() + 1ms;
    a.start_at(due), b.start_at(due), a.start_at(due + 1ms), a.start_at(due);
    loop.run();
    EXPECT_EQ(order, (std::vector<char>{'b', 'a'}));
  });
}

TEST_P(timers, stopped_by_a_sibling_due_together_do_not_fire) {
  run([](loop& loop) {
    std::vector<char> order;
    timer victim(loop, [&] { order.push_back('v'); });
    timer first(loop, [&] {
      order.push_back('f');
      victim.stop();
    });
    timer last(loop, [&] { order.push_back('l'); });
    time_point due = loop.now();
    first.start_at(due), victim.start_at(due), last.start_at(due);
    loop.run();
    EXPECT_EQ(order, (std::vector<char>{'f', 'l'}));
    EXPECT_FALSE(victim.armed());
  });
}

TEST_P(timers, moved_by_a_sibling_due_together_fire_at_the_new_time) {
  run([](loop& loop) {
    std::vector<char> order;
    timer moved(loop, [&] { order.push_back('m'); });
    timer first(loop, [&] {
      order.push_back('f');
      moved.start(1ms);
    });
    timer last(loop, [&] { order.push_back('l'); });
    time_point due = loop.now();
    first.start_at(due), moved.start_at(due), last.start_at(due);
    loop.run();
    EXPECT_EQ(order, (std::vector<char>{'f', 'l', 'm'}));
  });
}

TEST_P(timers, may_be_destroyed_by_a_sibling_due_together) {
  run([](loop& loop) {
    std::vector<char> order;
    std::unique_ptr<timer> victim;
    timer first(loop, [&] {
      order.push_back('f');
      victim.reset();
    });
    victim = std::make_unique<timer>(loop, [&] { order.push_back('v'); });
    first.start(0ns), victim->start(0ns);
    loop.run();
    EXPECT_EQ(order, (std::vector<char>{'f'}));
  });
}

TEST_P(timers, of_the_intrusive_tier_may_destroy_themselves) {
  struct own : intrusive_timer {
    own(class loop& owner, int& fired) : intrusive_timer(owner, &own::fire), fired_(&fired) {}
    static void fire(intrusive_timer& self) {
      auto* mine = static_cast<own*>(&self);
      ++*mine->fired_;
      delete mine;
    }
    int* fired_;
  };
  run([](loop& loop) {
    int fired = 0;
    (new own(loop, fired))->start(0ns);
    (new own(loop, fired))->start(1ms, 1ms);
    loop.run();
    EXPECT_EQ(fired, 2);
  });
}

TEST_P(timers, are_not_armed_inside_their_last_callback) {
  run([](loop& loop) {
    bool armed_inside = true;
    timer once(loop, [&] { armed_inside = once.armed() || once.active(); });
    once.start(0ns);
    EXPECT_TRUE(once.armed());
    loop.run();
    EXPECT_FALSE(armed_inside);
  });
}

TEST_P(timers, can_be_stopped_twice_and_started_again) {
  run([](loop& loop) {
    int fired = 0;
    timer again(loop, [&] { ++fired; });
    again.stop();
    again.start(0ns);
    again.stop(), again.stop();
    EXPECT_FALSE(loop.run());
    EXPECT_EQ(fired, 0);
    again.start(0ns);
    loop.run();
    EXPECT_EQ(fired, 1);
  });
}

TEST_P(timers, of_very_different_delays_keep_their_order) {
  run([](loop& loop) {
    std::vector<std::unique_ptr<timer>> far_away;
    for (duration delay : {duration(1min), duration(24h), duration(24h * 365 * 100), duration::max()}) {
      far_away.push_back(std::make_unique<timer>(loop, [] { FAIL() << "fired decades early"; }));
      far_away.back()->start(delay);
    }
    int fired = 0;
    timer near(loop, [&] {
      ++fired;
      for (auto& one : far_away) one->stop();
    });
    near.start(1ms);
    loop.run();
    EXPECT_EQ(fired, 1);
  });
}

}  // namespace twinloop::contract
