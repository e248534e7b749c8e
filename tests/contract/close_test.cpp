// Closing: everything else of a handle completes before its close, at every level.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(closing);

using names = std::vector<std::string>;

TEST_P(closing, completes_after_every_operation_of_the_handle) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    static thread_local names* order;
    names noted;
    order = &noted;
    std::byte memory[8];
    recv_op read;
    read.buffer = memory;
    read.on_complete = [](op&, const completion& done) {
      order->emplace_back("recv");
      EXPECT_EQ(done.error, errc::cancelled);
    };
    std::string much(16 << 20, 'x');
    io_slice piece{much.data(), much.size()};
    send_op first, second;
    first.slices = second.slices = std::span(&piece, 1);
    first.on_complete = [](op&, const completion&) {};
    second.on_complete = [](op&, const completion&) { order->emplace_back("send"); };
    close_op close;
    close.on_complete = [](op&, const completion& done) {
      order->emplace_back("close");
      EXPECT_EQ(done.error, errc::ok);
    };
    read.handle = first.handle = second.handle = sockets.near->id;
    loop.submit(first);
    while (first.state != op_state::idle) loop.run_once();
    loop.submit(read);
    loop.submit(second);
    close.handle = sockets.near->release();
    loop.submit(close);
    loop.run();
    ASSERT_EQ(noted.size(), 3u);
    EXPECT_EQ(noted.back(), "close");
  });
}

TEST_P(closing, makes_the_handle_invalid_as_soon_as_it_is_submitted) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    handle_id id = sockets.near->release();
    close_op close;
    close.handle = id;
    close.on_complete = [](op&, const completion&) {};
    loop.submit(close);
    query_request name{.kind = query_kind::local_address, .handle = id};
    EXPECT_EQ(loop.below().query(name).error(), errc::bad_handle);
    loop.run();
  });
}

TEST_P(closing, of_a_stream_calls_back_after_all_its_other_callbacks) {
  run([](loop& loop) {
    stream_pair pair(loop);
    names order;
    std::string much(32 << 20, 'x');
    pair.near.on_read([&](result<std::span<std::byte>>) { order.emplace_back("read"); });
    pair.near.read_start();
    pair.near.write(bytes_of(much), [&](errc error, std::size_t taken) {
      order.emplace_back("write 1");
      EXPECT_EQ(error, errc::cancelled);
      EXPECT_LT(taken, much.size());
    });
    pair.near.write(std::string("x"), [&](errc error, std::size_t taken) {
      order.emplace_back("write 2");
      EXPECT_EQ(error, errc::cancelled);
      EXPECT_EQ(taken, 0u);
    });
    pair.near.shutdown([&](errc error) {
      order.emplace_back("shutdown");
      EXPECT_EQ(error, errc::cancelled);
    });
    pair.near.close([&] { order.emplace_back("closed"); });
    EXPECT_TRUE(pair.near.is_closing());
    loop.run();
    EXPECT_EQ(order, (names{"write 1", "write 2", "shutdown", "closed"}));
  });
}

TEST_P(closing, of_a_connecting_stream_cancels_the_connect_first) {
  run([](loop& loop) {
    tcp_listener listener(loop);
    ASSERT_TRUE(listener.listen(address::loopback(0), [](result<accepted>) {}));
    tcp_stream stream(loop);
    names order;
    stream.connect(*listener.local(), [&](errc error) {
      order.emplace_back("connect");
      EXPECT_TRUE(error == errc::cancelled || error == errc::ok) << message(error);
    });
    stream.close([&] { order.emplace_back("closed"); });
    listener.unref();
    loop.run();
    EXPECT_EQ(order, (names{"connect", "closed"}));
  });
}

TEST_P(closing, of_a_stream_that_never_connected_calls_back) {
  run([](loop& loop) {
    tcp_stream stream(loop);
    bool closed = false;
    stream.close([&] { closed = true; });
    EXPECT_FALSE(closed);
    EXPECT_FALSE(loop.run());
    EXPECT_TRUE(closed);
  });
}

TEST_P(closing, of_a_listener_gives_no_connection_afterwards) {
  run([](loop& loop) {
    tcp_listener listener(loop);
    bool closed = false;
    ASSERT_TRUE(listener.listen(address::loopback(0), [&](result<accepted> peer) {
      EXPECT_FALSE(peer) << "a connection after close() was called";
    }));
    tcp_stream stream(loop);
    stream.connect(*listener.local(), [](errc) {});
    listener.close([&] { closed = true; });
    loop.run();
    EXPECT_TRUE(closed);
  });
}

TEST_P(closing, a_listener_closes_the_connections_that_nobody_took) {
  static constexpr int count = 4;
  run([](loop& loop) {
    auto listener = std::make_unique<tcp_listener>(loop);
    std::vector<std::unique_ptr<tcp_stream>> taken;
    int gone = 0, connected = 0;
    std::vector<std::unique_ptr<tcp_stream>> clients;
    // The first connection that is reported ends the listener, with others in its batch or in the backlog.
    ASSERT_TRUE(listener->listen(address::loopback(0), [&](result<accepted> peer) {
      ASSERT_TRUE(peer);
      taken.push_back(std::make_unique<tcp_stream>(loop, std::move(*peer)));
      loop.next_tick([&] { listener.reset(); });
    }));
    address target = *listener->local();
    for (int i = 0; i < count; ++i) {
      clients.push_back(std::make_unique<tcp_stream>(loop));
      tcp_stream* client = clients.back().get();
      client->connect(target, [&, client](errc error) {
        if (error != errc::ok) {
          ++gone;
          return;
        }
        ++connected;
        client->on_read([&gone](result<std::span<std::byte>>) { ++gone; });
        client->read_start();
      });
    }
    // All but one end: refused, reset or closed. The one that was taken is closed then.
    while (gone < count - 1) ASSERT_TRUE(loop.run_once()) << "a connection was neither taken nor closed";
    EXPECT_EQ(taken.size(), 1u);
    taken.clear();
    loop.run();
    EXPECT_EQ(gone, count);
  });
}

TEST_P(closing, an_accepted_connection_that_is_dropped_is_closed) {
  run([](loop& loop) {
    tcp_listener listener(loop);
    ASSERT_TRUE(listener.listen(address::loopback(0), [&](result<accepted> peer) {
      EXPECT_TRUE(peer);
      listener.close();
    }));
    tcp_stream client(loop);
    std::optional<collector> collected;
    client.connect(*listener.local(), [&](errc error) {
      EXPECT_EQ(error, errc::ok);
      collected.emplace(client);
    });
    loop.run();
    ASSERT_TRUE(collected.has_value());
    EXPECT_TRUE(collected->ended || collected->error == errc::connection_reset);
  });
}

}  // namespace twinloop::contract
