// Listeners: addresses, errors, pausing.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(listening);

TEST_P(listening, on_a_port_in_use_is_an_error) {
  run([](loop& loop) {
    tcp_listener first(loop), second(loop);
    ASSERT_TRUE(first.listen(address::loopback(0), [](result<accepted>) {}));
    EXPECT_EQ(second.listen(*first.local(), [](result<accepted>) {}).error(), errc::address_in_use);
    EXPECT_FALSE(second.active());
  });
}

TEST_P(listening, on_a_port_again_after_its_listener_closed_works) {
  run([](loop& loop) {
    address place;
    {
      tcp_listener first(loop);
      ASSERT_TRUE(first.listen(address::loopback(0), [](result<accepted>) {}));
      place = *first.local();
    }
    tcp_listener second(loop);
    EXPECT_TRUE(second.listen(place, [](result<accepted>) {}));
    EXPECT_EQ(*second.local(), place);
  });
}

TEST_P(listening, after_a_failure_can_be_tried_with_another_address) {
  run([](loop& loop) {
    tcp_listener listener(loop);
    EXPECT_EQ(listener.listen(address::ipv4(192, 0, 2, 1, 0), [](result<accepted>) {}).error(),
              errc::address_unavailable);
    EXPECT_TRUE(listener.listen(address::loopback(0), [](result<accepted>) {}));
  });
}

TEST_P(listening, without_an_address_is_invalid) {
  run([](loop& loop) {
    tcp_listener listener(loop);
    EXPECT_EQ(listener.listen(address{}, [](result<accepted>) {}).error(), errc::invalid_argument);
    EXPECT_FALSE(listener.local());
  });
}

TEST_P(listening, says_which_port_the_kernel_chose) {
  run([](loop& loop) {
    tcp_listener listener(loop);
    ASSERT_TRUE(listener.listen(address::loopback(0), [](result<accepted>) {}));
    EXPECT_NE(listener.local()->port, 0);
    EXPECT_EQ(listener.local()->family, address_family::ipv4);
  });
}

TEST_P(listening, paused_gives_nothing_until_resumed) {
  static constexpr std::size_t count = 6;
  run([](loop& loop) {
    tcp_listener listener(loop);
    std::vector<std::unique_ptr<tcp_stream>> far, near;
    bool paused = true;
    ASSERT_TRUE(listener.listen(address::loopback(0), [&](result<accepted> peer) {
      EXPECT_FALSE(paused);
      far.push_back(std::make_unique<tcp_stream>(loop, std::move(*peer)));
      if (far.size() == count) listener.close();
    }));
    listener.pause();
    std::size_t connected = 0;
    for (std::size_t i = 0; i < count; ++i) {
      near.push_back(std::make_unique<tcp_stream>(loop));
      near.back()->connect(*listener.local(), [&](errc error) {
        EXPECT_EQ(error, errc::ok) << "connections wait in the backlog";
        ++connected;
      });
    }
    while (connected < count) loop.run_once();
    EXPECT_TRUE(far.empty());
    paused = false;
    listener.resume();
    loop.run();
    EXPECT_EQ(far.size(), count);
  });
}

TEST_P(listening, may_be_paused_and_resumed_by_its_own_callback) {
  static constexpr std::size_t count = 5;
  run([](loop& loop) {
    tcp_listener listener(loop);
    std::vector<std::unique_ptr<tcp_stream>> far, near;
    bool paused = false;
    timer going_on(loop, [&] {
      paused = false;
      listener.resume();
    });
    ASSERT_TRUE(listener.listen(address::loopback(0), [&](result<accepted> peer) {
      EXPECT_FALSE(paused) << "a connection while paused";
      far.push_back(std::make_unique<tcp_stream>(loop, std::move(*peer)));
      if (far.size() == count) return listener.close();
      paused = true;
      listener.pause();
      going_on.start(200us);
    }));
    for (std::size_t i = 0; i < count; ++i) {
      near.push_back(std::make_unique<tcp_stream>(loop));
      near.back()->connect(*listener.local(), [](errc error) { EXPECT_EQ(error, errc::ok); });
    }
    loop.run();
    EXPECT_EQ(far.size(), count);
  });
}

TEST_P(listening, may_be_destroyed_by_its_own_callback) {
  run([](loop& loop) {
    auto listener = std::make_unique<tcp_listener>(loop);
    std::optional<tcp_stream> far;
    ASSERT_TRUE(listener->listen(address::loopback(0), [&](result<accepted> peer) {
      far.emplace(loop, std::move(*peer));
      loop.next_tick([&] { listener.reset(); });
    }));
    tcp_stream near(loop);
    near.connect(*listener->local(), [](errc error) { EXPECT_EQ(error, errc::ok); });
    loop.run();
    EXPECT_TRUE(far.has_value());
    EXPECT_EQ(listener, nullptr);
  });
}

}  // namespace twinloop::contract
