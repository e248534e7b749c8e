// Cancel: exactly one completion, and it tells the truth; detach: none, and nothing leaks.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

#include "tests/unit/real/driver.hpp"
#include "twinloop/buffer_pool.hpp"

namespace twinloop::real {
namespace {

struct cancelling : testing::Test {
  driver run;
  driver::ends ends = run.connect(address_family::ipv4);
  std::array<char, 16> buffer{};

  void prepare(recv_op& receiving) {
    receiving.handle = ends.far;
    receiving.buffer = bytes_of(buffer);
  }
};

TEST_F(cancelling, waiting_receive_completes_once_as_cancelled_with_no_bytes) {
  recv_op receiving;
  prepare(receiving);
  run.submit(receiving);
  run.cancel(receiving);
  run.cancel(receiving);  // asking twice changes nothing
  const completion done = run.finish(receiving);
  EXPECT_EQ(done.error, errc::cancelled);
  EXPECT_EQ(done.count, 0);
  run.poll();
  EXPECT_EQ(run.completions_of(receiving).size(), 1u);
}

TEST_F(cancelling, send_that_was_taken_already_reports_its_bytes) {
  const io_slice slice{"12345", 5};
  send_op sending;
  sending.handle = ends.near;
  sending.slices = {&slice, 1};
  run.submit(sending);
  run.cancel(sending);
  const completion done = run.finish(sending);
  EXPECT_EQ(done.error, errc::ok);
  EXPECT_EQ(done.count, 5);
}

TEST_F(cancelling, send_that_found_no_room_is_cancelled_with_no_bytes_moved) {
  const std::string block(256 * 1024, 'x');
  const io_slice slice{block.data(), block.size()};
  send_op sending;
  sending.handle = ends.near;
  sending.slices = {&slice, 1};
  std::int64_t taken = 0;
  for (;;) {
    run.submit(sending);
    run.poll();
    if (sending.state == op_state::pending) break;
    taken += run.log().back().count;
  }
  run.cancel(sending);
  const completion done = run.finish(sending);
  EXPECT_EQ(done.error, errc::cancelled);
  EXPECT_EQ(done.count, 0);
  // The peer finds exactly what the completions said.
  run.close(ends.near);
  std::string received(256 * 1024, ' ');
  std::int64_t total = 0;
  recv_op receiving;
  receiving.handle = ends.far;
  receiving.buffer = bytes_of(received);
  for (completion got = run.perform(receiving); got.count > 0; got = run.perform(receiving)) total += got.count;
  EXPECT_EQ(total, taken);
}

TEST_F(cancelling, data_that_arrives_after_a_cancel_waits_for_the_next_receive) {
  recv_op receiving;
  prepare(receiving);
  run.submit(receiving);
  run.cancel(receiving);
  run.send_text(ends.near, "later");
  EXPECT_EQ(run.finish(receiving).error, errc::cancelled);
  EXPECT_EQ(run.perform(receiving).count, 5);
}

TEST_F(cancelling, connect_under_way_can_be_cancelled) {
  address bound;
  run.make_listener(address_family::ipv4, bound);
  connect_op connecting;
  connecting.handle = run.make_socket(address_family::ipv4);
  connecting.target = bound;
  run.submit(connecting);
  run.cancel(connecting);
  EXPECT_EQ(run.finish(connecting).error, errc::cancelled);
}

TEST_F(cancelling, detached_receive_is_forgotten_and_its_memory_may_go) {
  {
    std::optional<recv_op> receiving(std::in_place);
    prepare(*receiving);
    run.submit(*receiving);
    run.detach(*receiving);
    receiving.reset();
  }
  run.send_text(ends.near, "ok");
  const std::size_t before = run.log().size();
  run.poll();
  EXPECT_EQ(run.log().size(), before);
  recv_op next;
  prepare(next);
  EXPECT_EQ(run.perform(next).count, 2);
}

TEST_F(cancelling, detached_op_is_taken_out_of_the_finished_list) {
  const io_slice slice{"x", 1};
  send_op sending;
  sending.handle = ends.near;
  sending.slices = {&slice, 1};
  run.submit(sending);
  run.detach(sending);
  const std::size_t before = run.log().size();
  run.poll();
  EXPECT_EQ(run.log().size(), before);
}

TEST_F(cancelling, detached_pooled_receive_gives_its_buffer_back) {
  buffer_pool pool(1, 4);
  recv_op receiving;
  receiving.handle = ends.far;
  receiving.pool = &pool;
  run.submit(receiving);
  run.send_text(ends.near, "12345678");
  const completion first = run.finish(receiving);
  pool.give_back(static_cast<std::uint32_t>(first.aux));
  run.submit(receiving);  // more is there, so it is finished at once and waits for delivery
  ASSERT_EQ(pool.available(), 0u);
  run.detach(receiving);
  EXPECT_EQ(pool.available(), 1u);
}

}  // namespace
}  // namespace twinloop::real
