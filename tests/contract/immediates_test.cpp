// Immediates: run after this turn's poll, in queue order; what is queued while they run waits for the next turn.
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(immediates);

TEST_P(immediates, run_first_in_first_out) {
  run([](loop& loop) {
    std::vector<int> order;
    for (int i = 0; i < 50; ++i) loop.immediate([&order, i] { order.push_back(i); });
    EXPECT_TRUE(order.empty());
    loop.run();
    ASSERT_EQ(order.size(), 50u);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
  });
}

TEST_P(immediates, queued_by_an_immediate_run_in_the_next_turn) {
  run([](loop& loop) {
    std::uint64_t outer_turn = 0, sibling_turn = 0, inner_turn = 0;
    loop.immediate([&] {
      outer_turn = loop.metrics().turns;
      loop.immediate([&] { inner_turn = loop.metrics().turns; });
    });
    loop.immediate([&] { sibling_turn = loop.metrics().turns; });
    loop.run();
    EXPECT_EQ(sibling_turn, outer_turn);
    EXPECT_EQ(inner_turn, outer_turn + 1);
  });
}

TEST_P(immediates, queued_by_a_check_hook_run_in_the_next_turn) {
  run([](loop& loop) {
    std::uint64_t check_turn = 0, immediate_turn = 0;
    hook check(loop, hook_phase::check, [&] {
      check.stop();
      check_turn = loop.metrics().turns;
      loop.immediate([&] { immediate_turn = loop.metrics().turns; });
    });
    check.start();
    loop.immediate([] {});
    loop.run();
    EXPECT_EQ(immediate_turn, check_turn + 1);
  });
}

TEST_P(immediates, queued_by_a_timer_run_in_the_same_turn) {
  run([](loop& loop) {
    std::uint64_t timer_turn = 0, immediate_turn = 0;
    timer due(loop, [&] {
      timer_turn = loop.metrics().turns;
      loop.immediate([&] { immediate_turn = loop.metrics().turns; });
    });
    due.start(1ms);
    loop.run();
    EXPECT_EQ(immediate_turn, timer_turn);
  });
}

TEST_P(immediates, keep_the_poll_from_blocking) {
  run([](loop& loop) {
    timer far_away(loop, [] { FAIL() << "nobody waited an hour"; });
    far_away.start(1h);
    bool ran = false;
    loop.immediate([&] { ran = true; });
    loop.run_once();
    EXPECT_TRUE(ran);
    EXPECT_TRUE(far_away.armed());
  });
}

TEST_P(immediates, of_the_intrusive_tier_keep_the_order_of_both_tiers) {
  struct noting : task {
    std::vector<int>* order = nullptr;
  };
  run([](loop& loop) {
    std::vector<int> order;
    noting second;
    second.order = &order;
    second.run = [](task& self) { static_cast<noting&>(self).order->push_back(2); };
    loop.immediate([&] { order.push_back(1); });
    loop.immediate(second);
    loop.immediate([&] { order.push_back(3); });
    loop.run();
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  });
}

}  // namespace twinloop::contract
