// The next-tick queue: drained to its end after every callback, whatever its kind.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"
#include "twinloop/work.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(next_tick);

using names = std::vector<std::string>;

namespace {

// Notes a callback and has a tick note that the tick ran.
struct tick_notes {
  explicit tick_notes(loop& owner) : loop_(&owner) {}
  void callback(const char* kind) {
    order.emplace_back(kind);
    loop_->next_tick([this, kind] { order.push_back(std::string(kind) + "'s tick"); });
  }
  void expect_each_callback_is_followed_by_its_tick() const {
    ASSERT_EQ(order.size() % 2, 0u);
    for (std::size_t i = 0; i < order.size(); i += 2) EXPECT_EQ(order[i + 1], order[i] + "'s tick");
  }
  names order;

 private:
  loop* loop_;
};

}  // namespace

TEST_P(next_tick, queue_is_drained_between_two_timers_due_together) {
  run([](loop& loop) {
    tick_notes notes(loop);
    timer first(loop, [&] { notes.callback("first"); });
    timer second(loop, [&] { notes.callback("second"); });
    first.start(0ns), second.start(0ns);
    loop.run();
    EXPECT_EQ(notes.order, (names{"first", "first's tick", "second", "second's tick"}));
  });
}

TEST_P(next_tick, queue_is_drained_between_two_posts) {
  run([](loop& loop) {
    tick_notes notes(loop);
    loop.post([&] { notes.callback("first"); });
    loop.post([&] { notes.callback("second"); });
    loop.run();
    EXPECT_EQ(notes.order, (names{"first", "first's tick", "second", "second's tick"}));
  });
}

TEST_P(next_tick, queue_is_drained_between_two_immediates) {
  run([](loop& loop) {
    tick_notes notes(loop);
    loop.immediate([&] { notes.callback("first"); });
    loop.immediate([&] { notes.callback("second"); });
    loop.run();
    EXPECT_EQ(notes.order, (names{"first", "first's tick", "second", "second's tick"}));
  });
}

TEST_P(next_tick, queue_is_drained_between_hooks_of_every_phase) {
  run([](loop& loop) {
    tick_notes notes(loop);
    std::vector<std::unique_ptr<hook>> hooks;
    for (hook_phase phase : {hook_phase::idle, hook_phase::prepare, hook_phase::check}) {
      for (int i = 0; i < 2; ++i) {
        hooks.push_back(std::make_unique<hook>(loop, phase, [&] { notes.callback("hook"); }));
        hooks.back()->start();
      }
    }
    loop.run_once();
    EXPECT_EQ(notes.order.size(), 12u);
    notes.expect_each_callback_is_followed_by_its_tick();
  });
}

TEST_P(next_tick, queue_is_drained_between_completions_and_closing_callbacks) {
  run([](loop& loop) {
    tick_notes notes(loop);
    std::vector<std::unique_ptr<work_handle>> jobs;
    for (int i = 0; i < 8; ++i) {
      jobs.push_back(std::make_unique<work_handle>(loop));
      jobs.back()->start([](job&) {}, [&](errc) { notes.callback("job"); });
    }
    tcp_listener one(loop), other(loop);
    for (tcp_listener* listener : {&one, &other}) {
      ASSERT_TRUE(listener->listen(address::loopback(0), [](result<accepted>) {}));
      listener->close([&] { notes.callback("closed"); });
    }
    loop.run();
    EXPECT_EQ(notes.order.size(), 20u);
    notes.expect_each_callback_is_followed_by_its_tick();
  });
}

TEST_P(next_tick, callbacks_queued_by_ticks_run_in_the_same_drain) {
  run([](loop& loop) {
    names order;
    timer first(loop, [&] {
      loop.next_tick([&] {
        order.emplace_back("a");
        loop.next_tick([&] {
          order.emplace_back("c");
          loop.next_tick([&] { order.emplace_back("d"); });
        });
      });
      loop.next_tick([&] { order.emplace_back("b"); });
    });
    timer second(loop, [&] { order.emplace_back("second"); });
    first.start(0ns), second.start(0ns);
    loop.run();
    EXPECT_EQ(order, (names{"a", "b", "c", "d", "second"}));
  });
}

TEST_P(next_tick, callbacks_queued_before_run_are_run_by_it) {
  run([](loop& loop) {
    bool ran = false;
    loop.next_tick([&] { ran = true; });
    EXPECT_FALSE(ran) << "ran inside the call that queued it";
    EXPECT_TRUE(loop.alive());
    EXPECT_FALSE(loop.run());
    EXPECT_TRUE(ran);
  });
}

TEST_P(next_tick, intrusive_tasks_may_be_queued_again_from_inside) {
  struct counting : task {
    class loop* loop = nullptr;
    int runs = 0;
  };
  run([](loop& loop) {
    counting again;
    again.loop = &loop;
    again.run = [](task& self) {
      auto& counted = static_cast<counting&>(self);
      EXPECT_FALSE(counted.queued);
      if (++counted.runs < 5) counted.loop->next_tick(counted);
    };
    loop.next_tick(again);
    EXPECT_TRUE(again.queued);
    loop.run();
    EXPECT_EQ(again.runs, 5);
    EXPECT_FALSE(again.queued);
  });
}

}  // namespace twinloop::contract
