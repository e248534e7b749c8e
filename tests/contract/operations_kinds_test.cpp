// What single kinds of operations promise: stale handles, pooled buffers, multishot accepts, gathered sends.
#include "tests/contract/connected.hpp"
#include "tests/contract/counted_op.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(operations_by_kind);

TEST_P(operations_by_kind, on_a_handle_that_was_closed_complete_with_bad_handle) {
  run([](loop& loop) {
    handle_id stale;
    {
      bare_socket socket(loop);
      stale = socket.id;
    }
    bare_socket successor(loop);
    EXPECT_NE(successor.id, stale) << "a stale handle reaches a new owner";
    counted_recv read(stale);
    counted_send write(stale, "x");
    counted<connect_op> connect;
    connect.handle = stale, connect.target = address::loopback(1);
    counted<accept_op> accept;
    accept.handle = stale;
    counted<shutdown_op> shutdown;
    shutdown.handle = stale;
    counted<close_op> close;
    close.handle = stale;
    loop.submit(read), loop.submit(write), loop.submit(connect), loop.submit(accept), loop.submit(shutdown);
    loop.submit(close);
    loop.run();
    for (const completion& last : {read.last, write.last, connect.last, accept.last, shutdown.last, close.last}) {
      ASSERT_NE(last.target, nullptr);
      EXPECT_EQ(last.error, errc::bad_handle) << name(last.target->kind) << ": " << message(last.error);
    }
  });
}

TEST_P(operations_by_kind, on_a_socket_without_a_peer_complete_with_not_connected) {
  run([](loop& loop) {
    bare_socket socket(loop);
    counted_recv read(socket.id);
    counted<shutdown_op> shutdown;
    shutdown.handle = socket.id;
    loop.submit(read), loop.submit(shutdown);
    loop.run();
    EXPECT_EQ(read.last.error, errc::not_connected) << message(read.last.error);
    EXPECT_EQ(shutdown.last.error, errc::not_connected) << message(shutdown.last.error);
  });
}

TEST_P(operations_by_kind, of_a_pool_give_the_index_of_the_buffer_that_was_filled) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    buffer_pool pool(2, 16);
    counted<recv_op> read;
    read.handle = sockets.far->id;
    read.pool = &pool;
    loop.submit(read);
    EXPECT_EQ(pool.available(), 2u) << "a buffer was taken before there was anything to receive";
    counted_send write(sockets.near->id, "pooled");
    loop.submit(write);
    loop.run();
    ASSERT_EQ(read.last.error, errc::ok);
    EXPECT_EQ(pool.available(), 1u);
    auto index = static_cast<std::uint32_t>(read.last.aux);
    auto count = static_cast<std::size_t>(read.last.count);
    EXPECT_EQ(text_of(pool.bytes(index, count)), std::string("pooled").substr(0, count));
    pool.give_back(index);
  });
}

TEST_P(operations_by_kind, of_an_empty_pool_complete_with_no_buffers_and_lose_nothing) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    buffer_pool pool(1, 16);
    std::uint32_t held = pool.take();
    counted<recv_op> read;
    read.handle = sockets.far->id;
    read.pool = &pool;
    counted_send write(sockets.near->id, "x");
    loop.submit(write);
    loop.submit(read);
    loop.run();
    EXPECT_EQ(read.last.error, errc::no_buffers) << message(read.last.error);
    pool.give_back(held);
    loop.submit(read);
    loop.run();
    EXPECT_EQ(read.last.error, errc::ok);
    EXPECT_EQ(read.last.count, 1);
    pool.give_back(static_cast<std::uint32_t>(read.last.aux));
  });
}

TEST_P(operations_by_kind, of_a_multishot_accept_go_on_until_cancelled) {
  static constexpr int count = 5;
  run([](loop& loop) {
    bare_listener listener(loop);
    counted<accept_op> accept;
    accept.handle = listener.id;
    accept.multishot = true;
    std::vector<std::unique_ptr<bare_socket>> taken;
    int with_more = 0;
    accept.after = [&] {
      if (accept.last.error != errc::ok) return;
      taken.push_back(std::make_unique<bare_socket>(loop, static_cast<handle_id>(accept.last.aux)));
      if ((accept.last.flags & flag_more) != 0) ++with_more;
      if (taken.size() == count) loop.cancel(accept);
    };
    loop.submit(accept);
    std::vector<std::unique_ptr<bare_socket>> clients;
    counted<connect_op> connects[count];
    for (counted<connect_op>& connect : connects) {
      clients.push_back(std::make_unique<bare_socket>(loop));
      connect.handle = clients.back()->id;
      connect.target = listener.where_bound;
      loop.submit(connect);
    }
    loop.run();
    EXPECT_EQ(taken.size(), static_cast<std::size_t>(count));
    EXPECT_EQ(with_more, count);
    EXPECT_EQ(accept.completions, count + 1);
    EXPECT_EQ(accept.last.error, errc::cancelled);
    EXPECT_EQ(accept.last.flags & flag_more, 0u);
    for (counted<connect_op>& connect : connects) EXPECT_EQ(connect.last.error, errc::ok);
  });
}

TEST_P(operations_by_kind, of_a_multishot_accept_end_after_a_cancel_though_more_connections_are_there) {
  run([](loop& loop) {
    bare_listener listener(loop);
    counted<accept_op> accept;
    accept.handle = listener.id;
    accept.multishot = true;
    std::vector<std::unique_ptr<bare_socket>> taken;
    accept.after = [&] {
      if (accept.last.error != errc::ok) return;
      taken.push_back(std::make_unique<bare_socket>(loop, static_cast<handle_id>(accept.last.aux)));
      EXPECT_NE(accept.last.flags & flag_more, 0u);
      if (taken.size() == 2) loop.cancel(accept);
    };
    std::vector<std::unique_ptr<bare_socket>> clients;
    counted<connect_op> connects[5];
    for (counted<connect_op>& connect : connects) {
      clients.push_back(std::make_unique<bare_socket>(loop));
      connect.handle = clients.back()->id;
      connect.target = listener.where_bound;
      loop.submit(connect);
    }
    loop.run();  // all are connected, and wait
    loop.submit(accept);
    loop.run();
    EXPECT_GE(taken.size(), 2u);
    EXPECT_EQ(accept.completions, static_cast<int>(taken.size()) + 1);
    EXPECT_EQ(accept.last.error, errc::cancelled);
    EXPECT_EQ(accept.last.flags & flag_more, 0u);
  });
}

TEST_P(operations_by_kind, of_a_gathered_send_keep_the_order_of_the_slices) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    const std::string whole = "one two three";
    io_slice slices[] = {{"one ", 4}, {"", 0}, {"two ", 4}, {"three", 5}};
    counted<send_op> write;
    write.handle = sockets.near->id;
    write.slices = slices;
    loop.submit(write);
    counted_recv read(sockets.far->id);
    loop.submit(read);
    loop.run();
    ASSERT_EQ(write.last.error, errc::ok);
    ASSERT_GE(write.last.count, 1);
    EXPECT_EQ(text_of(std::span(read.memory).first(static_cast<std::size_t>(read.last.count))),
              whole.substr(0, static_cast<std::size_t>(read.last.count)));
  });
}

}  // namespace twinloop::contract
