// How streams end: half-close in both directions, resets, closes with data on the way.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(stream_end);

TEST_P(stream_end, of_one_direction_leaves_the_other_open) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector at_near(pair.near), at_far(pair.far());
    pair.near.write(std::string("question"));
    pair.near.shutdown([](errc error) { EXPECT_EQ(error, errc::ok); });
    at_far.after = [&] {
      if (!at_far.ended) return;
      pair.far().write("answer to " + at_far.text);
      pair.far().shutdown([](errc error) { EXPECT_EQ(error, errc::ok); });
    };
    EXPECT_FALSE(loop.run());
    EXPECT_EQ(at_far.text, "question");
    EXPECT_EQ(at_near.text, "answer to question");
    EXPECT_TRUE(at_near.ended);
  });
}

TEST_P(stream_end, of_both_directions_at_once_loses_nothing) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector at_near(pair.near), at_far(pair.far());
    const std::string sent = pattern(100000);
    for (tcp_stream* stream : {&pair.near, &pair.far()}) {
      stream->write(bytes_of(sent), [](errc error, std::size_t) { EXPECT_EQ(error, errc::ok); });
      stream->shutdown([](errc error) { EXPECT_EQ(error, errc::ok); });
    }
    loop.run();
    EXPECT_TRUE(at_near.text == sent);
    EXPECT_TRUE(at_far.text == sent);
    EXPECT_TRUE(at_near.ended);
    EXPECT_TRUE(at_far.ended);
  });
}

TEST_P(stream_end, comes_after_everything_that_was_written) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector at_far(pair.far());
    bool written = false;
    const std::string much = pattern(3 << 20);
    pair.near.write(bytes_of(much), [&](errc error, std::size_t) {
      EXPECT_EQ(error, errc::ok);
      written = true;
    });
    pair.near.shutdown([&](errc error) {
      EXPECT_EQ(error, errc::ok);
      EXPECT_TRUE(written);
    });
    loop.run();
    EXPECT_TRUE(at_far.text == much);
    EXPECT_TRUE(at_far.ended);
  });
}

TEST_P(stream_end, forbids_writing_afterwards) {
  run([](loop& loop) {
    stream_pair pair(loop);
    errc outcome = errc::ok;
    pair.near.shutdown([](errc error) { EXPECT_EQ(error, errc::ok); });
    loop.run();
    pair.near.write(std::string("late"), [&](errc error, std::size_t taken) {
      outcome = error;
      EXPECT_EQ(taken, 0u);
    });
    loop.run();
    EXPECT_EQ(outcome, errc::broken_pipe) << message(outcome);
  });
}

TEST_P(stream_end, forbids_writing_as_soon_as_it_was_asked_for) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector at_far(pair.far());
    errc outcome = errc::ok;
    pair.near.write(std::string("before"), [](errc error, std::size_t) { EXPECT_EQ(error, errc::ok); });
    pair.near.shutdown([](errc error) { EXPECT_EQ(error, errc::ok); });
    pair.near.write(std::string("after"), [&](errc error, std::size_t) { outcome = error; });
    loop.run();
    EXPECT_EQ(outcome, errc::broken_pipe) << message(outcome);
    EXPECT_EQ(at_far.text, "before");
    EXPECT_TRUE(at_far.ended);
  });
}

TEST_P(stream_end, by_reset_is_an_error_to_the_peers_reader) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector at_far(pair.far());
    bool closed = false;
    pair.near.close_reset([&] { closed = true; });
    loop.run();
    EXPECT_TRUE(closed);
    EXPECT_EQ(at_far.error, errc::connection_reset) << message(at_far.error);
    EXPECT_FALSE(at_far.ended);
    EXPECT_EQ(at_far.callbacks, 1);
  });
}

TEST_P(stream_end, by_reset_is_an_error_to_a_single_read) {
  run([](loop& loop) {
    stream_pair pair(loop);
    std::byte memory[8];
    errc outcome = errc::ok;
    pair.far().read_into(memory, [&](errc error, std::size_t count) {
      outcome = error;
      EXPECT_EQ(count, 0u);
    });
    pair.near.close_reset();
    loop.run();
    EXPECT_EQ(outcome, errc::connection_reset) << message(outcome);
  });
}

TEST_P(stream_end, by_reset_leaves_what_arrived_before_to_the_reader) {
  run([](loop& loop) {
    stream_pair pair(loop);
    std::byte memory[4];
    pair.far().read_into(std::span(memory).first(1), [&](errc error, std::size_t) {
      EXPECT_EQ(error, errc::ok);
      pair.near.close_reset();
    });
    pair.near.write(std::string("arrived"));
    loop.run();
    collector rest(pair.far());
    loop.run();
    EXPECT_EQ(rest.error, errc::connection_reset) << message(rest.error);
    EXPECT_EQ(rest.text, std::string("arrived").substr(1, rest.text.size()));
    EXPECT_FALSE(rest.ended);
  });
}

TEST_P(stream_end, by_reset_that_a_writer_was_told_of_is_an_end_to_the_reader) {
  run([](loop& loop) {
    stream_pair pair(loop);
    std::optional<collector> at_near;
    errc outcome = errc::ok;
    pair.far().close_reset();
    // Nobody reads, so nothing but time tells that the reset has arrived.
    timer later(loop, [&] {
      pair.near.write(std::string("x"), [&](errc error, std::size_t) {
        outcome = error;
        at_near.emplace(pair.near);
      });
    });
    later.start(std::chrono::milliseconds(1));
    loop.run();
    EXPECT_EQ(outcome, errc::connection_reset) << message(outcome);
    ASSERT_TRUE(at_near);
    EXPECT_TRUE(at_near->ended) << "it would wait for ever";
    EXPECT_EQ(at_near->error, errc::ok) << message(at_near->error);
  });
}

TEST_P(stream_end, by_close_makes_later_writes_a_broken_pipe_and_no_reset) {
  run([](loop& loop) {
    stream_pair pair(loop);
    std::optional<collector> at_near;
    std::vector<errc> outcomes;
    pair.far().close();
    std::optional<timer> later;
    const auto write_later = [&] {  // nobody reads, so nothing but time tells that the end, or the reset, has arrived
      later.emplace(loop, [&] {
        pair.near.write(std::string("x"), [&](errc error, std::size_t) { outcomes.push_back(error); });
      });
      later->start(std::chrono::milliseconds(1));
      loop.run();
    };
    write_later();
    write_later();
    at_near.emplace(pair.near);
    loop.run();
    EXPECT_EQ(outcomes, (std::vector{errc::ok, errc::broken_pipe}));
    EXPECT_TRUE(at_near->ended);
    EXPECT_EQ(at_near->error, errc::ok) << message(at_near->error);
  });
}

TEST_P(stream_end, by_closing_with_unread_data_is_a_reset_to_the_peer) {
  run([](loop& loop) {
    stream_pair pair(loop);
    pair.near.write(std::string("never read"), [](errc error, std::size_t) { EXPECT_EQ(error, errc::ok); });
    loop.run();
    collector at_near(pair.near);
    std::byte memory[1];
    pair.far().read_into(memory, [&](errc error, std::size_t count) {
      EXPECT_EQ(error, errc::ok);
      EXPECT_EQ(count, 1u);
      pair.far().close();  // the rest is in its queue or on its way
    });
    loop.run();
    EXPECT_EQ(at_near.error, errc::connection_reset) << message(at_near.error);
  });
}

TEST_P(stream_end, by_close_delivers_what_was_written_before) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector at_far(pair.far());
    pair.near.write(std::string("last words"), [&](errc error, std::size_t) {
      EXPECT_EQ(error, errc::ok);
      pair.near.close();
    });
    loop.run();
    EXPECT_EQ(at_far.text, "last words");
    EXPECT_TRUE(at_far.ended);
  });
}

TEST_P(stream_end, by_destruction_is_seen_by_the_peer) {
  run([](loop& loop) {
    std::optional<tcp_stream> survivor;
    tcp_listener listener(loop);
    ASSERT_TRUE(listener.listen(address::loopback(0), [&](result<accepted> peer) {
      survivor.emplace(loop, std::move(*peer));
      listener.close();
    }));
    {
      tcp_stream near(loop);
      near.connect(*listener.local(), [](errc error) { EXPECT_EQ(error, errc::ok); });
      loop.run();
    }
    collector collected(*survivor);
    loop.run();
    EXPECT_TRUE(collected.ended);
  });
}

TEST_P(stream_end, by_a_peer_that_reads_nothing_more_still_ends_the_reader) {
  run([](loop& loop) {
    stream_pair pair(loop);
    collector at_near(pair.near);
    pair.far().shutdown([](errc error) { EXPECT_EQ(error, errc::ok); });
    loop.run();
    EXPECT_TRUE(at_near.ended);
    // The other direction goes on.
    std::byte memory[16];
    std::size_t received = 0;
    pair.far().read_into(memory, [&](errc, std::size_t count) { received = count; });
    pair.near.write(std::string("x"));
    loop.run();
    EXPECT_EQ(received, 1u);
  });
}

TEST_P(stream_end, shut_down_before_a_connect_that_fails_is_told_so_and_can_be_repeated) {
  run([](loop& loop) {
    address place;
    {
      tcp_listener listener(loop);
      ASSERT_TRUE(listener.listen(address::loopback(0), [](result<accepted>) {}));
      place = *listener.local();
    }
    tcp_stream stream(loop);
    std::vector<std::string> order;
    for (int attempt = 0; attempt < 2; ++attempt) {
      stream.connect(place, [&](errc error) { order.emplace_back(name(error)); });
      stream.write(std::string("x"), [&](errc error, std::size_t) { order.emplace_back(name(error)); });
      stream.shutdown([&](errc error) { order.emplace_back(name(error)); });
      loop.run();
    }
    EXPECT_EQ(order, (std::vector<std::string>{"connection_refused", "connection_refused", "not_connected",
                                               "connection_refused", "connection_refused", "not_connected"}));
  });
}

TEST_P(stream_end, closed_right_after_a_shutdown_that_cannot_be_tells_both) {
  run([](loop& loop) {
    tcp_stream stream(loop);
    std::vector<std::string> order;
    stream.shutdown([&](errc error) { order.emplace_back(name(error)); });
    stream.close([&] { order.emplace_back("closed"); });
    loop.run();
    EXPECT_EQ(order, (std::vector<std::string>{"not_connected", "closed"}));
  });
}

TEST_P(stream_end, shut_down_without_a_connection_is_not_connected) {
  run([](loop& loop) {
    tcp_stream stream(loop);
    errc outcome = errc::ok;
    stream.shutdown([&](errc error) { outcome = error; });
    loop.run();
    EXPECT_EQ(outcome, errc::not_connected) << message(outcome);
  });
}

}  // namespace twinloop::contract
