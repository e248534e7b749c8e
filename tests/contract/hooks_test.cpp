// Hooks: one callback a turn in their phase, in the order in which they were started.
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(hooks);

using names = std::vector<std::string>;
constexpr hook_phase every_phase[] = {hook_phase::idle, hook_phase::prepare, hook_phase::check};

TEST_P(hooks, run_in_the_order_of_their_starts) {
  run([](loop& loop) {
    for (hook_phase phase : every_phase) {
      names order;
      hook a(loop, phase, [&] { order.emplace_back("a"); });
      hook b(loop, phase, [&] { order.emplace_back("b"); });
      hook c(loop, phase, [&] { order.emplace_back("c"); });
      c.start(), a.start(), b.start();
      loop.run_nowait();
      EXPECT_EQ(order, (names{"c", "a", "b"}));
    }
  });
}

TEST_P(hooks, run_once_in_every_turn_until_stopped) {
  run([](loop& loop) {
    for (hook_phase phase : every_phase) {
      int runs = 0;
      hook counted(loop, phase, [&] { ++runs; });
      counted.start();
      for (int turn = 1; turn <= 5; ++turn) {
        loop.run_nowait();
        EXPECT_EQ(runs, turn);
      }
      counted.stop();
      loop.run_nowait();
      EXPECT_EQ(runs, 5);
    }
  });
}

TEST_P(hooks, starting_a_started_hook_changes_nothing) {
  run([](loop& loop) {
    names order;
    hook a(loop, hook_phase::prepare, [&] { order.emplace_back("a"); });
    hook b(loop, hook_phase::prepare, [&] { order.emplace_back("b"); });
    a.start(), b.start(), a.start();
    loop.run_nowait();
    EXPECT_EQ(order, (names{"a", "b"}));
  });
}

TEST_P(hooks, started_again_after_a_stop_go_to_the_end) {
  run([](loop& loop) {
    names order;
    hook a(loop, hook_phase::prepare, [&] { order.emplace_back("a"); });
    hook b(loop, hook_phase::prepare, [&] { order.emplace_back("b"); });
    a.start(), b.start(), a.stop(), a.start();
    loop.run_nowait();
    EXPECT_EQ(order, (names{"b", "a"}));
  });
}

TEST_P(hooks, stopped_by_an_earlier_hook_of_their_phase_do_not_run_any_more) {
  run([](loop& loop) {
    for (hook_phase phase : every_phase) {
      names order;
      hook* later = nullptr;
      hook a(loop, phase, [&] {
        order.emplace_back("a");
        later->stop();
      });
      hook b(loop, phase, [&] { order.emplace_back("b"); });
      hook c(loop, phase, [&] { order.emplace_back("c"); });
      later = &b;
      a.start(), b.start(), c.start();
      loop.run_nowait();
      EXPECT_EQ(order, (names{"a", "c"}));
    }
  });
}

TEST_P(hooks, may_stop_themselves) {
  run([](loop& loop) {
    for (hook_phase phase : every_phase) {
      names order;
      hook* self = nullptr;
      hook a(loop, phase, [&] {
        order.emplace_back("a");
        self->stop();
      });
      self = &a;
      hook b(loop, phase, [&] { order.emplace_back("b"); });
      a.start(), b.start();
      loop.run_nowait();
      loop.run_nowait();
      EXPECT_EQ(order, (names{"a", "b", "b"}));
    }
  });
}

TEST_P(hooks, may_be_destroyed_by_an_earlier_hook_of_their_phase) {
  run([](loop& loop) {
    for (hook_phase phase : every_phase) {
      names order;
      std::unique_ptr<hook> next;
      hook a(loop, phase, [&] {
        order.emplace_back("a");
        next.reset();
      });
      next = std::make_unique<hook>(loop, phase, [&] { order.emplace_back("destroyed"); });
      hook c(loop, phase, [&] { order.emplace_back("c"); });
      a.start(), next->start(), c.start();
      loop.run_nowait();
      EXPECT_EQ(order, (names{"a", "c"}));
    }
  });
}

TEST_P(hooks, started_by_a_hook_of_their_phase_run_from_the_next_turn_on) {
  run([](loop& loop) {
    for (hook_phase phase : every_phase) {
      names order;
      hook late(loop, phase, [&] { order.emplace_back("late"); });
      hook a(loop, phase, [&] {
        order.emplace_back("a");
        late.start();
      });
      hook b(loop, phase, [&] { order.emplace_back("b"); });
      a.start(), b.start();
      loop.run_nowait();
      EXPECT_EQ(order, (names{"a", "b"}));
      loop.run_nowait();
      EXPECT_EQ(order, (names{"a", "b", "a", "b", "late"}));
    }
  });
}

TEST_P(hooks, started_by_a_hook_that_stops_the_last_one_still_wait_for_the_next_turn) {
  run([](loop& loop) {
    for (hook_phase phase : every_phase) {
      names order;
      hook late(loop, phase, [&] { order.emplace_back("late"); });
      hook last(loop, phase, [&] { order.emplace_back("last"); });
      hook first(loop, phase, [&] {
        order.emplace_back("first");
        late.start();
        last.stop();
      });
      first.start(), last.start();
      loop.run_nowait();
      EXPECT_EQ(order, (names{"first"}));
    }
  });
}

TEST_P(hooks, of_the_idle_phase_keep_the_poll_from_blocking) {
  run([](loop& loop) {
    timer far_away(loop, [] { FAIL() << "nobody waited an hour"; });
    far_away.start(1h);
    int runs = 0;
    hook idle(loop, hook_phase::idle, [&] {
      if (++runs == 10) loop.stop();
    });
    idle.start();
    loop.run();
    EXPECT_EQ(runs, 10);
  });
}

}  // namespace twinloop::contract
