// An exception that leaves a callback leaves through run(); what it kept from being delivered comes with the next run.
#include <stdexcept>

#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"
#include "twinloop/work.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(exceptions);

using names = std::vector<std::string>;

namespace {

struct planned : std::runtime_error {
  planned() : std::runtime_error("planned") {}
};

}  // namespace

TEST_P(exceptions, from_a_timer_leave_run_and_the_others_fire_next_time) {
  run([](loop& loop) {
    names order;
    timer a(loop, [&] { order.emplace_back("a"); });
    timer b(loop, [&]() {
      order.emplace_back("b");
      throw planned();
    });
    timer c(loop, [&] { order.emplace_back("c"); });
    a.start(0ns), b.start(0ns), c.start(0ns);
    EXPECT_THROW(loop.run(), planned);
    EXPECT_EQ(order, (names{"a", "b"}));
    EXPECT_TRUE(loop.alive());
    EXPECT_FALSE(loop.run());
    EXPECT_EQ(order, (names{"a", "b", "c"}));
  });
}

TEST_P(exceptions, from_a_repeating_timer_leave_it_armed) {
  run([](loop& loop) {
    int fired = 0;
    timer repeating(loop, [&] {
      if (++fired == 2) return repeating.stop();
      throw planned();
    });
    repeating.start(0ns, 100us);
    EXPECT_THROW(loop.run(), planned);
    EXPECT_FALSE(loop.run());
    EXPECT_EQ(fired, 2);
  });
}

TEST_P(exceptions, from_a_post_leave_run_and_the_others_run_next_time) {
  run([](loop& loop) {
    names order;
    loop.post([&] { order.emplace_back("a"); });
    loop.post([&]() {
      order.emplace_back("b");
      throw planned();
    });
    loop.post([&] { order.emplace_back("c"); });
    EXPECT_THROW(loop.run(), planned);
    EXPECT_TRUE(loop.alive());
    loop.run();
    EXPECT_EQ(order, (names{"a", "b", "c"}));
  });
}

TEST_P(exceptions, from_an_immediate_leave_run_and_the_others_run_next_time) {
  run([](loop& loop) {
    names order;
    loop.immediate([&]() {
      order.emplace_back("a");
      throw planned();
    });
    loop.immediate([&] { order.emplace_back("b"); });
    EXPECT_THROW(loop.run(), planned);
    EXPECT_TRUE(loop.alive());
    loop.run();
    EXPECT_EQ(order, (names{"a", "b"}));
  });
}

TEST_P(exceptions, from_a_tick_leave_run_and_the_other_ticks_come_first_next_time) {
  run([](loop& loop) {
    names order;
    timer first(loop, [&] {
      loop.next_tick([&]() {
        order.emplace_back("tick a");
        throw planned();
      });
      loop.next_tick([&] { order.emplace_back("tick b"); });
    });
    timer second(loop, [&] { order.emplace_back("second"); });
    first.start(0ns), second.start(0ns);
    EXPECT_THROW(loop.run(), planned);
    EXPECT_TRUE(loop.alive());
    loop.run();
    EXPECT_EQ(order, (names{"tick a", "tick b", "second"}));
  });
}

TEST_P(exceptions, from_a_callback_keep_the_ticks_it_queued) {
  run([](loop& loop) {
    bool ticked = false;
    timer one(loop, [&] {
      loop.next_tick([&] { ticked = true; });
      throw planned();
    });
    one.start(0ns);
    EXPECT_THROW(loop.run(), planned);
    loop.run();
    EXPECT_TRUE(ticked);
  });
}

TEST_P(exceptions, from_hooks_leave_run_and_leave_the_hook_started) {
  run([](loop& loop) {
    for (hook_phase phase : {hook_phase::idle, hook_phase::prepare, hook_phase::check}) {
      int runs = 0;
      hook one(loop, phase, [&]() {
        ++runs;
        throw planned();
      });
      one.start();
      loop.immediate([] {});  // a hook alone does not end a poll
      EXPECT_THROW(loop.run(), planned);
      EXPECT_THROW(loop.run_nowait(), planned);
      EXPECT_EQ(runs, 2);
      EXPECT_TRUE(one.active());
    }
  });
}

TEST_P(exceptions, from_a_completion_keep_the_rest_of_its_batch_for_the_next_run) {
  static constexpr int count = 10;
  run([](loop& loop) {
    int done[count] = {};
    std::vector<std::unique_ptr<work_handle>> jobs;
    for (int i = 0; i < count; ++i) {
      jobs.push_back(std::make_unique<work_handle>(loop));
      jobs.back()->start([](job&) {},
                         [&done, i](errc) {
                           ++done[i];
                           throw planned();
                         });
    }
    for (int i = 0; i < count; ++i) EXPECT_THROW(loop.run(), planned);
    EXPECT_FALSE(loop.run());
    for (int each : done) EXPECT_EQ(each, 1);
  });
}

TEST_P(exceptions, from_closing_callbacks_keep_the_others_for_the_next_run) {
  run([](loop& loop) {
    int closed = 0;
    tcp_listener one(loop), other(loop);
    for (tcp_listener* listener : {&one, &other}) {
      ASSERT_TRUE(listener->listen(address::loopback(0), [](result<accepted>) {}));
      listener->close([&] {
        ++closed;
        throw planned();
      });
    }
    EXPECT_THROW(loop.run(), planned);
    EXPECT_EQ(closed, 1);
    EXPECT_THROW(loop.run(), planned);
    EXPECT_EQ(closed, 2);
    EXPECT_FALSE(loop.run());
  });
}

TEST_P(exceptions, from_a_reader_leave_run_and_the_stream_goes_on_reading) {
  run([](loop& loop) {
    stream_pair pair(loop);
    buffer_pool pool(1, 4);
    std::string text;
    bool ended = false;
    pair.far().on_read([&](result<std::span<std::byte>> data) {
      ASSERT_TRUE(data);
      text += text_of(*data);
      ended = data->empty();
      if (!ended) throw planned();
    });
    pair.far().read_start(&pool);
    pair.near.write(std::string("three times four"));
    pair.near.shutdown([](errc) {});
    int thrown = 0;
    for (bool more = true; more;) {
      try {
        more = loop.run();
      } catch (const planned&) {
        ++thrown;
      }
    }
    EXPECT_EQ(text, "three times four");
    EXPECT_GE(thrown, 4);
    EXPECT_TRUE(ended);
    EXPECT_EQ(pool.available(), 1u);
  });
}

TEST_P(exceptions, from_an_accept_callback_leave_run_and_the_listener_goes_on) {
  run([](loop& loop) {
    tcp_listener listener(loop);
    int connections = 0;
    ASSERT_TRUE(listener.listen(address::loopback(0), [&](result<accepted> peer) {
      EXPECT_TRUE(peer);
      if (++connections == 3) listener.close();
      throw planned();
    }));
    tcp_stream clients[3] = {tcp_stream(loop), tcp_stream(loop), tcp_stream(loop)};
    for (tcp_stream& client : clients) client.connect(*listener.local(), [](errc) {});
    for (int i = 0; i < 3; ++i) EXPECT_THROW(loop.run(), planned);
    EXPECT_FALSE(loop.run());
    EXPECT_EQ(connections, 3);
  });
}

TEST_P(exceptions, from_a_write_callback_leave_run_and_the_others_run_next_time) {
  run([](loop& loop) {
    stream_pair pair(loop);
    std::vector<int> order;
    for (int i = 0; i < 3; ++i) {
      pair.near.write(std::string("x"), [&order, i](errc, std::size_t) {
        order.push_back(i);
        throw planned();
      });
    }
    for (int i = 0; i < 3; ++i) EXPECT_THROW(loop.run(), planned);
    EXPECT_FALSE(loop.run());
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
  });
}

TEST_P(exceptions, from_a_job_leave_run_and_do_not_reach_its_callback) {
  run([](loop& loop) {
    work_handle work(loop);
    bool called = false;
    work.start([](job&) { throw planned(); }, [&](errc) { called = true; });
    EXPECT_THROW(loop.run(), planned);
    EXPECT_FALSE(called);
    EXPECT_FALSE(work.busy());
    work.start([](job&) {}, [&](errc error) { called = error == errc::ok; });
    loop.run();
    EXPECT_TRUE(called) << "the handle cannot be used again";
  });
}

TEST_P(exceptions, of_any_type_pass_unchanged) {
  run([](loop& loop) {
    loop.immediate([] { throw 42; });
    int caught = 0;
    try {
      loop.run();
    } catch (int thrown) {
      caught = thrown;
    }
    EXPECT_EQ(caught, 42);
  });
}

TEST_P(exceptions, leave_through_every_run_mode_and_leave_the_loop_usable) {
  run([](loop& loop) {
    for (int mode = 0; mode < 3; ++mode) {
      loop.immediate([] { throw planned(); });
      switch (mode) {
        case 0:
          EXPECT_THROW(loop.run_once(), planned);
          break;
        case 1:
          EXPECT_THROW(loop.run_nowait(), planned);
          break;
        default:
          EXPECT_THROW(loop.run_for(1ms), planned);
          break;
      }
      EXPECT_FALSE(loop.run());
    }
  });
}

TEST_P(exceptions, that_follow_a_stop_end_the_run_that_it_was_for) {
  run([](loop& loop) {
    bool later = false;
    loop.immediate([&] {
      loop.stop();
      throw planned();
    });
    EXPECT_THROW(loop.run(), planned);
    loop.immediate([&] { later = true; });
    EXPECT_FALSE(loop.run());
    EXPECT_TRUE(later) << "the stop of the run before was still there";
  });
}

}  // namespace twinloop::contract
