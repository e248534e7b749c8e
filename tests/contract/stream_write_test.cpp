// Writing to a stream: order, counts, cancelling, watermarks.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(stream_write);

TEST_P(stream_write, keeps_the_order_of_writes_and_of_their_callbacks) {
  static constexpr int count = 200;
  run([](loop& loop) {
    stream_pair pair(loop);
    collector collected(pair.far());
    std::string expected;
    std::vector<int> order;
    for (int i = 0; i < count; ++i) {
      std::string piece = pattern(static_cast<std::size_t>((i * 37) % 700 + 1));
      expected += piece;
      pair.near.write(std::move(piece), [&order, i](errc error, std::size_t taken) {
        EXPECT_EQ(error, errc::ok);
        EXPECT_EQ(taken, static_cast<std::size_t>((i * 37) % 700 + 1));
        order.push_back(i);
      });
    }
    pair.near.shutdown([](errc error) { EXPECT_EQ(error, errc::ok); });
    loop.run();
    EXPECT_EQ(collected.text, expected);
    EXPECT_TRUE(collected.ended);
    ASSERT_EQ(order.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
  });
}

TEST_P(stream_write, of_borrowed_and_owned_bytes_mixes_in_order) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector collected(pair.far());
    const std::string lent = "lent ";
    for (int i = 0; i < 20; ++i) {
      pair.near.write(bytes_of(lent), {});
      pair.near.write(std::string("owned "));
    }
    pair.near.shutdown([](errc) {});
    loop.run();
    std::string expected;
    for (int i = 0; i < 20; ++i) expected += "lent owned ";
    EXPECT_EQ(collected.text, expected);
  });
}

TEST_P(stream_write, from_a_write_callback_follows_what_was_queued) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector collected(pair.far());
    pair.near.write(std::string("a"), [&](errc, std::size_t) {
      pair.near.write(std::string("c"), [&](errc, std::size_t) { pair.near.shutdown([](errc) {}); });
    });
    pair.near.write(std::string("b"));
    loop.run();
    EXPECT_EQ(collected.text, "abc");
  });
}

TEST_P(stream_write, of_nothing_completes_in_its_turn_with_nothing) {
  run([](loop& loop) {
    stream_pair pair(loop);
    std::vector<std::string> order;
    pair.near.write(std::string("x"), [&](errc, std::size_t) { order.emplace_back("x"); });
    pair.near.write(std::string(), [&](errc error, std::size_t taken) {
      EXPECT_EQ(error, errc::ok);
      EXPECT_EQ(taken, 0u);
      order.emplace_back("nothing");
    });
    pair.near.write(std::string("y"), [&](errc, std::size_t) { order.emplace_back("y"); });
    loop.run();
    EXPECT_EQ(order, (std::vector<std::string>{"x", "nothing", "y"}));
  });
}

TEST_P(stream_write, of_nothing_alone_completes) {
  run([](loop& loop) {
    stream_pair pair(loop);
    int callbacks = 0;
    pair.near.write(std::string(), [&](errc error, std::size_t) {
      EXPECT_EQ(error, errc::ok);
      ++callbacks;
    });
    EXPECT_FALSE(loop.run());
    EXPECT_EQ(callbacks, 1);
  });
}

TEST_P(stream_write, that_is_cancelled_says_how_many_bytes_were_taken) {
  static constexpr std::size_t size = 24 << 20;
  run([](loop& loop) {
    stream_pair pair(loop);
    const std::string much = pattern(size);
    std::vector<std::size_t> taken;
    for (int i = 0; i < 3; ++i) {
      pair.near.write(bytes_of(much), [&](errc error, std::size_t count) {
        EXPECT_EQ(error, errc::cancelled) << message(error);
        taken.push_back(count);
      });
    }
    while (pair.near.write_queue_size() == 3 * size) loop.run_once();
    pair.near.cancel_writes();  // nobody reads, and no kernel's buffers take it all
    loop.run();
    ASSERT_EQ(taken.size(), 3u);
    EXPECT_GT(taken[0], 0u);
    EXPECT_LT(taken[0], size);
    EXPECT_EQ(taken[1] + taken[2], 0u);
    EXPECT_EQ(pair.near.write_queue_size(), 0u);
    collector collected(pair.far());
    pair.near.shutdown([](errc error) { EXPECT_EQ(error, errc::ok); });
    loop.run();
    EXPECT_EQ(collected.text.size(), taken[0]) << "the count is not what the peer received";
    EXPECT_TRUE(collected.text == much.substr(0, taken[0]));
  });
}

TEST_P(stream_write, can_go_on_after_a_cancel) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector collected(pair.far());
    std::size_t taken = 0;
    pair.near.write(std::string(100, 'a'), [&](errc, std::size_t count) { taken = count; });
    pair.near.cancel_writes();
    pair.near.write(std::string("b"), [](errc error, std::size_t) { EXPECT_EQ(error, errc::ok); });
    pair.near.shutdown([](errc error) { EXPECT_EQ(error, errc::ok); });
    loop.run();
    EXPECT_EQ(collected.text, std::string(taken, 'a') + "b");
  });
}

TEST_P(stream_write, reaching_the_high_mark_calls_drain_once_it_is_low_again) {
  run([](loop& loop) {
    stream_pair pair(loop);
    pair.near.watermarks(100 * 1024, 10 * 1024);
    int drains = 0;
    pair.near.on_drain([&] {
      ++drains;
      EXPECT_LE(pair.near.write_queue_size(), 10u * 1024);
      EXPECT_FALSE(pair.near.above_high_water());
    });
    std::size_t queued = 0;
    while (!pair.near.above_high_water()) {
      ASSERT_LT(pair.near.write_queue_size(), 100u * 1024);
      pair.near.write(std::string(8 * 1024, 'x'));
      queued += 8 * 1024;
    }
    EXPECT_GE(pair.near.write_queue_size(), 100u * 1024);
    EXPECT_EQ(drains, 0);
    collector collected(pair.far());
    collected.after = [&] {
      if (collected.text.size() == queued) pair.far().read_stop();
    };
    loop.run();
    EXPECT_EQ(drains, 1);
    EXPECT_EQ(pair.near.write_queue_size(), 0u);
  });
}

TEST_P(stream_write, below_the_high_mark_never_calls_drain) {
  run([](loop& loop) {
    stream_pair pair(loop);
    pair.near.watermarks(100 * 1024, 10 * 1024);
    pair.near.on_drain([] { FAIL() << "drain without having been above the mark"; });
    pair.near.write(std::string(50 * 1024, 'x'));
    EXPECT_FALSE(pair.near.above_high_water());
    collector collected(pair.far());
    collected.after = [&] {
      if (collected.text.size() == 50 * 1024) pair.far().read_stop();
    };
    loop.run();
  });
}

TEST_P(stream_write, is_slowed_down_by_a_slow_reader) {
  static constexpr std::size_t total = 8 << 20;
  run([](loop& loop) {
    stream_pair pair(loop);
    ASSERT_TRUE(pair.near.set_option(socket_option::send_buffer, 64 * 1024));
    std::size_t written = 0, queued_most = 0;
    auto fill = [&] {
      while (!pair.near.above_high_water() && written < total) {
        pair.near.write(std::string(32 * 1024, 'x'));
        written += 32 * 1024;
      }
      queued_most = std::max(queued_most, pair.near.write_queue_size());
      if (written == total && !pair.near.is_closing()) pair.near.shutdown([](errc) {});
    };
    pair.near.on_drain([&] {
      if (written < total) fill();
    });
    fill();
    collector collected(pair.far());
    timer going_on(loop, [&] { pair.far().read_start(); });
    std::size_t next_pause = 1 << 20;
    collected.after = [&] {
      if (collected.text.size() < next_pause || collected.ended) return;
      next_pause += 1 << 20;
      pair.far().read_stop();
      going_on.start(500us);
    };
    loop.run();
    EXPECT_TRUE(collected.ended);
    EXPECT_EQ(collected.text.size(), total);
    EXPECT_LE(queued_most, 64u * 1024 + 32 * 1024) << "the queue grew though it was above the mark";
  });
}

TEST_P(stream_write, to_a_peer_that_is_gone_fails_with_what_happened) {
  run([](loop& loop) {
    stream_pair pair(loop);
    pair.far().close_reset();
    loop.run();
    std::vector<errc> errors;
    timer again(loop, [&] {
      pair.near.write(std::string("x"), [&](errc error, std::size_t) {
        if (error != errc::ok) errors.push_back(error);
        if (errors.empty()) again.start(1ms);
      });
    });
    again.start(1ms);
    loop.run();
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_TRUE(errors[0] == errc::connection_reset || errors[0] == errc::broken_pipe) << message(errors[0]);
    int later = 0;
    pair.near.write(std::string("y"), [&](errc error, std::size_t taken) {
      EXPECT_TRUE(error == errc::broken_pipe || error == errc::connection_reset) << message(error);
      EXPECT_EQ(taken, 0u);
      ++later;
    });
    loop.run();
    EXPECT_EQ(later, 1);
  });
}

TEST_P(stream_write, that_fails_fails_everything_queued_behind_it) {
  run([](loop& loop) {
    stream_pair pair(loop);
    const std::string much(16 << 20, 'x');
    std::vector<int> order;
    for (int i = 0; i < 4; ++i) {
      pair.near.write(bytes_of(much), [&order, i](errc error, std::size_t taken) {
        EXPECT_TRUE(error == errc::broken_pipe || error == errc::connection_reset) << message(error);
        EXPECT_TRUE(i == 0 || taken == 0);
        order.push_back(i);
      });
    }
    timer later(loop, [&] { pair.far().close_reset(); });
    later.start(10ms);
    loop.run();
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
  });
}

TEST_P(stream_write, without_a_connection_is_not_connected) {
  run([](loop& loop) {
    tcp_stream stream(loop);
    errc outcome = errc::ok;
    stream.write(std::string("x"), [&](errc error, std::size_t taken) {
      outcome = error;
      EXPECT_EQ(taken, 0u);
    });
    loop.run();
    EXPECT_EQ(outcome, errc::not_connected) << message(outcome);
  });
}

TEST_P(stream_write, before_the_connection_is_there_is_sent_when_it_is) {
  run([](loop& loop) {
    tcp_listener listener(loop);
    std::optional<tcp_stream> far;
    std::optional<collector> collected;
    ASSERT_TRUE(listener.listen(address::loopback(0), [&](result<accepted> peer) {
      far.emplace(loop, std::move(*peer));
      collected.emplace(*far);
      listener.close();
    }));
    tcp_stream near(loop);
    near.connect(*listener.local(), [](errc error) { EXPECT_EQ(error, errc::ok); });
    near.write(std::string("early"), [](errc error, std::size_t) { EXPECT_EQ(error, errc::ok); });
    near.shutdown([](errc error) { EXPECT_EQ(error, errc::ok); });
    loop.run();
    ASSERT_TRUE(collected.has_value());
    EXPECT_EQ(collected->text, "early");
    EXPECT_TRUE(collected->ended);
  });
}

TEST_P(stream_write, options_of_a_stream_can_be_set_and_read) {
  run([](loop& loop) {
    stream_pair pair(loop);
    EXPECT_TRUE(pair.near.no_delay(true));
    EXPECT_EQ(*pair.near.get_option(socket_option::no_delay), 1);
    EXPECT_TRUE(pair.near.no_delay(false));
    EXPECT_EQ(*pair.near.get_option(socket_option::no_delay), 0);
    EXPECT_TRUE(pair.near.set_option(socket_option::keep_alive, 60));
    EXPECT_EQ(*pair.near.get_option(socket_option::keep_alive), 60);
    tcp_stream lonely(loop);
    EXPECT_FALSE(lonely.no_delay(true));
    EXPECT_FALSE(lonely.local());
    EXPECT_FALSE(lonely.peer());
  });
}

}  // namespace twinloop::contract
