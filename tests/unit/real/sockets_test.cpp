// Stream sockets over IPv4 and IPv6: what each operation reports, driven through the seam.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/unit/real/driver.hpp"
#include "twinloop/buffer_pool.hpp"

namespace twinloop::real {
namespace {

class sockets : public testing::TestWithParam<address_family> {
 protected:
  void SetUp() override {
    if (GetParam() == address_family::ipv6 && (run.below().caps() & can_ipv6) == 0) GTEST_SKIP() << "no IPv6 here";
  }
  /// Received text of at least `size` bytes, from as many receives as it takes.
  std::string receive_text(handle_id from, std::size_t size) {
    std::string text;
    while (text.size() < size) {
      std::array<char, 4096> buffer;
      recv_op receiving;
      receiving.handle = from;
      receiving.buffer = bytes_of(buffer);
      const completion done = run.perform(receiving);
      EXPECT_EQ(done.error, errc::ok);
      if (done.count == 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(done.count));
    }
    return text;
  }
  driver run;
};

TEST_P(sockets, bytes_arrive_as_they_were_sent_in_both_directions) {
  const driver::ends ends = run.connect(GetParam());
  run.send_text(ends.near, "question");
  EXPECT_EQ(receive_text(ends.far, 8), "question");
  run.send_text(ends.far, "answer");
  EXPECT_EQ(receive_text(ends.near, 6), "answer");
}

TEST_P(sockets, gathered_send_keeps_the_order_of_its_slices) {
  const driver::ends ends = run.connect(GetParam());
  const std::array<io_slice, 4> slices{{{"one", 3}, {"", 0}, {"two", 3}, {"three", 5}}};
  send_op sending;
  sending.handle = ends.near;
  sending.slices = slices;
  EXPECT_EQ(run.perform(sending).count, 11);
  EXPECT_EQ(receive_text(ends.far, 11), "onetwothree");
}

TEST_P(sockets, no_operation_completes_inside_submit) {
  const driver::ends ends = run.connect(GetParam());
  const io_slice slice{"x", 1};
  send_op sending;
  sending.handle = ends.near;
  sending.slices = {&slice, 1};
  const std::size_t before = run.log().size();
  run.submit(sending);
  EXPECT_EQ(run.log().size(), before);
  EXPECT_EQ(sending.state, op_state::pending);
  EXPECT_EQ(run.finish(sending).count, 1);
}

TEST_P(sockets, pooled_receive_takes_a_buffer_only_when_there_is_data) {
  const driver::ends ends = run.connect(GetParam());
  buffer_pool pool(1, 64);
  recv_op receiving;
  receiving.handle = ends.far;
  receiving.pool = &pool;
  run.submit(receiving);
  run.poll();
  EXPECT_EQ(pool.available(), 1u);
  run.send_text(ends.near, "data");
  const completion done = run.finish(receiving);
  EXPECT_EQ(pool.available(), 0u);
  const auto index = static_cast<std::uint32_t>(done.aux);
  const auto bytes = pool.bytes(index, static_cast<std::size_t>(done.count));
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), "data");
  pool.give_back(index);
}

TEST_P(sockets, empty_pool_leaves_the_data_for_the_next_receive) {
  const driver::ends ends = run.connect(GetParam());
  buffer_pool pool(1, 64);
  const std::uint32_t held = pool.take();
  recv_op receiving;
  receiving.handle = ends.far;
  receiving.pool = &pool;
  run.submit(receiving);
  run.send_text(ends.near, "kept");
  EXPECT_EQ(run.finish(receiving).error, errc::no_buffers);
  // No byte follows, so no further edge: the kernel must remember that there is data.
  pool.give_back(held);
  const completion done = run.perform(receiving);
  EXPECT_EQ(done.error, errc::ok);
  EXPECT_EQ(done.count, 4);
  pool.give_back(static_cast<std::uint32_t>(done.aux));
}

TEST_P(sockets, end_of_stream_comes_after_the_data_and_stays) {
  const driver::ends ends = run.connect(GetParam());
  run.send_text(ends.near, "last words");
  shutdown_op ending;
  ending.handle = ends.near;
  EXPECT_EQ(run.perform(ending).error, errc::ok);
  EXPECT_EQ(receive_text(ends.far, 1000), "last words");
  for (int i = 0; i < 2; ++i) {
    std::array<char, 8> buffer;
    recv_op receiving;
    receiving.handle = ends.far;
    receiving.buffer = bytes_of(buffer);
    const completion done = run.perform(receiving);
    EXPECT_EQ(done.error, errc::ok);
    EXPECT_EQ(done.count, 0);
    EXPECT_EQ(done.flags, flag_eof);
  }
  run.send_text(ends.far, "still heard");  // only one direction has ended
  EXPECT_EQ(receive_text(ends.near, 11), "still heard");
}

TEST_P(sockets, pooled_receive_at_the_end_of_stream_holds_no_buffer) {
  const driver::ends ends = run.connect(GetParam());
  run.close(ends.near);
  buffer_pool pool(1, 64);
  recv_op receiving;
  receiving.handle = ends.far;
  receiving.pool = &pool;
  EXPECT_EQ(run.perform(receiving).flags, flag_eof);
  EXPECT_EQ(pool.available(), 1u);
}

TEST_P(sockets, large_transfer_arrives_whole_while_both_sides_wait_for_each_other) {
  const driver::ends ends = run.connect(GetParam());
  const std::string sent(8 * 1024 * 1024, 'x');
  std::size_t taken = 0;
  std::size_t received = 0;
  io_slice slice{sent.data(), sent.size()};
  send_op sending;
  sending.handle = ends.near;
  std::string buffer(100'000, ' ');
  recv_op receiving;
  receiving.handle = ends.far;
  receiving.buffer = bytes_of(buffer);
  while (received < sent.size()) {
    if (sending.state == op_state::idle && taken < sent.size()) {
      slice = {sent.data() + taken, sent.size() - taken};
      sending.slices = {&slice, 1};
      run.submit(sending);
    }
    if (receiving.state == op_state::idle) run.submit(receiving);
    const std::size_t seen = run.log().size();
    run.wait(never);
    for (std::size_t i = seen; i < run.log().size(); ++i) {
      const completion& done = run.log()[i];
      ASSERT_EQ(done.error, errc::ok);
      (done.target == &sending ? taken : received) += static_cast<std::size_t>(done.count);
    }
  }
  EXPECT_EQ(taken, sent.size());
}

TEST_P(sockets, connecting_to_a_port_without_listener_is_refused) {
  address bound;
  const handle_id listener = run.make_listener(GetParam(), bound);
  run.close(listener);
  connect_op connecting;
  connecting.handle = run.make_socket(GetParam());
  connecting.target = bound;
  EXPECT_EQ(run.perform(connecting).error, errc::connection_refused);
}

TEST_P(sockets, connecting_twice_is_an_error) {
  address bound;
  const handle_id listener = run.make_listener(GetParam(), bound);
  const driver::ends ends = run.connect(listener, bound);
  connect_op again;
  again.handle = ends.near;
  again.target = bound;
  EXPECT_EQ(run.perform(again).error, errc::already_connected);
}

TEST_P(sockets, unconnected_socket_says_so) {
  const handle_id socket = run.make_socket(GetParam());
  std::array<char, 8> buffer;
  recv_op receiving;
  receiving.handle = socket;
  receiving.buffer = bytes_of(buffer);
  EXPECT_EQ(run.perform(receiving).error, errc::not_connected);
  shutdown_op ending;
  ending.handle = socket;
  EXPECT_EQ(run.perform(ending).error, errc::not_connected);
}

TEST_P(sockets, reset_reaches_the_peer_as_connection_reset_and_then_broken_pipe) {
  const driver::ends ends = run.connect(GetParam());
  std::array<char, 8> buffer;
  recv_op receiving;
  receiving.handle = ends.far;
  receiving.buffer = bytes_of(buffer);
  run.submit(receiving);
  close_op closing;
  closing.handle = ends.near;
  closing.reset = true;
  run.submit(closing);
  EXPECT_EQ(run.finish(receiving).error, errc::connection_reset);
  const io_slice slice{"x", 1};
  send_op sending;
  sending.handle = ends.far;
  sending.slices = {&slice, 1};
  EXPECT_EQ(run.perform(sending).error, errc::broken_pipe);
  run.finish(closing);
}

TEST_P(sockets, new_data_after_a_short_read_is_noticed) {
  const driver::ends ends = run.connect(GetParam());
  for (int i = 0; i < 100; ++i) {
    run.send_text(ends.near, "abc");
    ASSERT_EQ(receive_text(ends.far, 3), "abc");
  }
}

INSTANTIATE_TEST_SUITE_P(families, sockets, testing::Values(address_family::ipv4, address_family::ipv6),
                         [](const auto& instance) { return instance.param == address_family::ipv4 ? "ipv4" : "ipv6"; });

}  // namespace
}  // namespace twinloop::real
