// Connecting: who answers, who does not, what it is called.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(connecting);

namespace {

// An address of this host where nobody listens.
address unused_address(loop& loop) {
  tcp_listener listener(loop);
  EXPECT_TRUE(listener.listen(address::loopback(0), [](result<accepted>) {}));
  return *listener.local();
}

}  // namespace

TEST_P(connecting, where_nobody_listens_is_refused) {
  run([](loop& loop) {
    address nobody = unused_address(loop);
    tcp_stream stream(loop);
    std::vector<errc> outcomes;
    stream.connect(nobody, [&](errc error) { outcomes.push_back(error); });
    EXPECT_FALSE(loop.run());
    ASSERT_EQ(outcomes.size(), 1u);
    EXPECT_EQ(outcomes[0], errc::connection_refused) << message(outcomes[0]);
  });
}

TEST_P(connecting, can_be_tried_again_with_another_stream_after_a_refusal) {
  run([](loop& loop) {
    address place = unused_address(loop);
    tcp_listener listener(loop);
    std::optional<tcp_stream> second;
    errc outcome = errc::other;
    tcp_stream first(loop);
    first.connect(place, [&](errc error) {
      EXPECT_EQ(error, errc::connection_refused);
      ASSERT_TRUE(listener.listen(place, [&](result<accepted>) { listener.close(); }));
      second.emplace(loop);
      second->connect(place, [&](errc again) { outcome = again; });
    });
    loop.run();
    EXPECT_EQ(outcome, errc::ok) << message(outcome);
  });
}

TEST_P(connecting, that_nobody_answers_ends_as_timed_out) {
  static constexpr int count = 8;
  run([](loop& loop) {
    // A full backlog of a listener that accepts nothing leaves further connects without an answer.
    bare_listener listener(loop, 1);
    std::vector<std::unique_ptr<tcp_stream>> streams;
    int outcomes[count] = {}, timed_out = 0, connected = 0;
    for (int i = 0; i < count; ++i) {
      streams.push_back(std::make_unique<tcp_stream>(loop));
      streams.back()->connect(listener.where_bound,
                              [&, i](errc error) {
                                ++outcomes[i];
                                EXPECT_TRUE(error == errc::ok || error == errc::timed_out) << message(error);
                                ++(error == errc::ok ? connected : timed_out);
                              },
                              {.timeout = 50ms});
    }
    EXPECT_FALSE(loop.run());
    for (int each : outcomes) EXPECT_EQ(each, 1);
    EXPECT_GE(timed_out, 1);
    EXPECT_GE(connected, 1);
  });
}

TEST_P(connecting, in_time_is_not_disturbed_by_its_timeout) {
  run([](loop& loop) {
    tcp_listener listener(loop);
    std::optional<tcp_stream> far;
    ASSERT_TRUE(listener.listen(address::loopback(0), [&](result<accepted> peer) {
      far.emplace(loop, std::move(*peer));
      listener.close();
    }));
    tcp_stream near(loop);
    int callbacks = 0;
    time_point connected_at;
    auto connected = [&](errc error) {
      ++callbacks;
      EXPECT_EQ(error, errc::ok);
      connected_at = loop.now();
    };
    near.connect(*listener.local(), connected, {.timeout = 1h});
    EXPECT_FALSE(loop.run());
    EXPECT_EQ(callbacks, 1);
    EXPECT_LT(loop.now(), connected_at + 1h) << "the timeout kept the loop alive";
  });
}

TEST_P(connecting, gives_both_ends_names_that_agree) {
  run([](loop& loop) {
    stream_pair pair(loop);
    EXPECT_EQ(*pair.near.local(), *pair.far().peer());
    EXPECT_EQ(*pair.near.peer(), *pair.far().local());
    EXPECT_TRUE(pair.near.local()->is_loopback());
    EXPECT_NE(pair.near.local()->port, pair.near.peer()->port);
  });
}

TEST_P(connecting, works_over_ipv6) {
  run([](loop& loop) {
    if ((loop.below().caps() & can_ipv6) == 0) return;
    stream_pair pair(loop, address::loopback_ipv6(0));
    EXPECT_EQ(pair.near.peer()->family, address_family::ipv6);
    collector collected(pair.far());
    pair.near.write(std::string("six"));
    pair.near.shutdown([](errc error) { EXPECT_EQ(error, errc::ok); });
    loop.run();
    EXPECT_EQ(collected.text, "six");
  });
}

TEST_P(connecting, reaches_a_listener_on_any_address) {
  run([](loop& loop) {
    tcp_listener listener(loop);
    std::optional<tcp_stream> far;
    ASSERT_TRUE(listener.listen(address::any(0), [&](result<accepted> peer) {
      ASSERT_TRUE(peer);
      EXPECT_TRUE(peer->peer() && peer->peer()->is_loopback());
      far.emplace(loop, std::move(*peer));
      listener.close();
    }));
    EXPECT_TRUE(listener.local()->is_any());
    tcp_stream near(loop);
    near.connect(address::loopback(listener.local()->port), [](errc error) { EXPECT_EQ(error, errc::ok); });
    loop.run();
    EXPECT_TRUE(far.has_value());
  });
}

TEST_P(connecting, a_stream_twice_is_already_connected) {
  run([](loop& loop) {
    stream_pair pair(loop);
    connect_op again;
    bare_socket socket(loop);
    bare_listener listener(loop);
    int completions = 0;
    static thread_local int* count;
    static thread_local errc outcome;
    count = &completions;
    again.handle = socket.id, again.target = listener.where_bound;
    again.on_complete = [](op&, const completion& done) { ++*count, outcome = done.error; };
    loop.submit(again);
    loop.run();
    EXPECT_EQ(outcome, errc::ok);
    loop.submit(again);
    loop.run();
    EXPECT_EQ(outcome, errc::already_connected) << message(outcome);
    EXPECT_EQ(completions, 2);
  });
}

TEST_P(connecting, many_at_once_all_arrive) {
  static constexpr int count = 50;
  run([](loop& loop) {
    tcp_listener listener(loop);
    int connected = 0;
    std::vector<std::unique_ptr<tcp_stream>> far, near;
    ASSERT_TRUE(listener.listen(address::loopback(0), [&](result<accepted> peer) {
      ASSERT_TRUE(peer) << message(peer.error());
      far.push_back(std::make_unique<tcp_stream>(loop, std::move(*peer)));
      if (far.size() == count) listener.close();
    }));
    for (int i = 0; i < count; ++i) {
      near.push_back(std::make_unique<tcp_stream>(loop));
      near.back()->connect(*listener.local(), [&](errc error) {
        EXPECT_EQ(error, errc::ok) << message(error);
        ++connected;
      });
    }
    loop.run();
    EXPECT_EQ(connected, count);
    EXPECT_EQ(far.size(), static_cast<std::size_t>(count));
  });
}

}  // namespace twinloop::contract
