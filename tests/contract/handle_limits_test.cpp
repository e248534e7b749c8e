// Running out of handles: every call that makes one says too_many_handles, and a listener goes on by itself.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"
#include "twinloop/file.hpp"
#include "twinloop/work.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(handle_limits);

TEST_P(handle_limits, fail_a_socket_and_later_ones_work_again) {
  run([this](loop& loop) {
    here().limit_handles(0, 0);
    query_request made{.kind = query_kind::socket, .family = address_family::ipv4};
    EXPECT_EQ(loop.below().query(made).error(), errc::too_many_handles);
    tcp_stream stream(loop);
    errc outcome = errc::ok;
    stream.connect(address::loopback(1), [&](errc error) { outcome = error; });
    loop.run();
    EXPECT_EQ(outcome, errc::too_many_handles);
    tcp_listener listener(loop);
    EXPECT_EQ(listener.listen(address::loopback(0), [](result<accepted>) {}).error(), errc::too_many_handles);
    here().lift_limit();
    EXPECT_TRUE(listener.listen(address::loopback(0), [](result<accepted>) {}));
  });
}

TEST_P(handle_limits, fail_an_open_and_later_ones_work_again) {
  run([this](loop& loop) {
    file one(loop);
    errc outcome = errc::ok;
    work_handle warm(loop);  // the pool's threads start before descriptors run out: sanitizers need some for that
    warm.start([](job&) {}, {});
    loop.run();
    here().limit_handles(0, 0);
    one.open(path("file"), open_write | open_create, 0644, [&](errc error) { outcome = error; });
    loop.run();
    EXPECT_EQ(outcome, errc::too_many_handles);
    EXPECT_FALSE(one.is_open());
    here().lift_limit();
    one.open(path("file"), open_write | open_create, 0644, [&](errc error) { outcome = error; });
    loop.run();
    EXPECT_EQ(outcome, errc::ok);
  });
}

TEST_P(handle_limits, are_reported_by_a_listener_which_then_goes_on_by_itself) {
  static constexpr std::size_t count = 3;
  run([this](loop& loop) {
    tcp_listener listener(loop);
    std::vector<std::unique_ptr<tcp_stream>> far, near;
    int refused = 0;
    ASSERT_TRUE(listener.listen(address::loopback(0),
                                [&](result<accepted> peer) {
                                  if (!peer) {
                                    EXPECT_EQ(peer.error(), errc::too_many_handles) << message(peer.error());
                                    ++refused;
                                    here().lift_limit();
                                    return;
                                  }
                                  far.push_back(std::make_unique<tcp_stream>(loop, std::move(*peer)));
                                  if (far.size() == count) listener.close();
                                },
                                {.retry_after = 2ms}));
    listener.pause();
    std::size_t connected = 0;
    for (std::size_t i = 0; i < count; ++i) {
      near.push_back(std::make_unique<tcp_stream>(loop));
      near.back()->connect(*listener.local(), [&](errc error) {
        EXPECT_EQ(error, errc::ok);
        ++connected;
      });
    }
    while (connected < count) loop.run_once();
    here().limit_handles(1 + count, 0);  // the listener and the clients are open
    listener.resume();
    loop.run();
    EXPECT_GE(refused, 1);
    EXPECT_EQ(far.size(), count) << "a connection was lost";
  });
}

TEST_P(handle_limits, do_not_make_a_listener_spin) {
  run([this](loop& loop) {
    tcp_listener listener(loop);
    int refused = 0;
    ASSERT_TRUE(listener.listen(address::loopback(0),
                                [&](result<accepted> peer) {
                                  EXPECT_FALSE(peer);
                                  ++refused;
                                },
                                {.retry_after = 1h}));
    tcp_stream near(loop);
    bool connected = false;
    listener.pause();
    near.connect(*listener.local(), [&](errc) { connected = true; });
    while (!connected) loop.run_once();
    here().limit_handles(2, 0);
    listener.resume();
    while (refused == 0) loop.run_once();
    loop.run_for(20ms);
    EXPECT_EQ(refused, 1) << "the pause after too_many_handles was not kept";
    here().lift_limit();
  });
}

TEST_P(handle_limits, leave_it_to_the_listener_s_reference_whether_its_pause_keeps_the_loop_running) {
  run([this](loop& loop) {
    tcp_listener listener(loop);
    std::unique_ptr<tcp_stream> far;
    int refused = 0;
    ASSERT_TRUE(listener.listen(address::loopback(0),
                                [&](result<accepted> peer) {
                                  if (!peer) return void(++refused);
                                  far = std::make_unique<tcp_stream>(loop, std::move(*peer));
                                  listener.close();
                                },
                                {.retry_after = 2ms}));
    tcp_stream near(loop);
    bool connected = false;
    listener.pause();
    near.connect(*listener.local(), [&](errc) { connected = true; });
    while (!connected) loop.run_once();
    here().limit_handles(2, 0);
    listener.unref();
    listener.resume();
    timer waiting(loop, [] {});
    waiting.start(1ms, 1ms);
    while (refused == 0 && !far) loop.run_once();
    if (far) return;  // accepted while it was being paused
    waiting.stop();
    EXPECT_FALSE(loop.alive());
    listener.ref();
    EXPECT_TRUE(loop.alive());
    listener.unref();
    EXPECT_FALSE(loop.alive());
    listener.ref();
    here().lift_limit();
    loop.run();
    EXPECT_TRUE(far) << "the loop ended while its listener was about to go on";
  });
}

}  // namespace twinloop::contract
