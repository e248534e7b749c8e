// Close: last of its handle, and no event, handle or op of before reaches whoever comes next.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "tests/unit/real/driver.hpp"

namespace twinloop::real {
namespace {

TEST(close, completes_after_every_other_op_of_its_handle) {
  driver run;
  const driver::ends ends = run.connect(address_family::ipv4);
  const std::string block(1024 * 1024, 'x');
  const io_slice slice{block.data(), block.size()};
  send_op sending;
  sending.handle = ends.near;
  sending.slices = {&slice, 1};
  do {
    run.submit(sending);
    run.poll();
  } while (sending.state == op_state::idle);
  std::array<char, 8> buffer;
  recv_op receiving;
  receiving.handle = ends.near;
  receiving.buffer = bytes_of(buffer);
  run.submit(receiving);
  shutdown_op ending;
  ending.handle = ends.near;
  run.submit(ending);
  close_op closing;
  closing.handle = ends.near;
  run.submit(closing);
  run.finish(closing);
  EXPECT_EQ(run.completions_of(sending).back().error, errc::cancelled);
  EXPECT_EQ(run.completions_of(receiving).back().error, errc::cancelled);
  EXPECT_EQ(run.completions_of(ending).size(), 1u);
  EXPECT_EQ(run.log().back().target, &closing);
}

TEST(close, makes_the_handle_stale_at_once) {
  driver run;
  const driver::ends ends = run.connect(address_family::ipv4);
  close_op closing;
  closing.handle = ends.near;
  run.submit(closing);
  std::array<char, 8> buffer;
  recv_op receiving;
  receiving.handle = ends.near;
  receiving.buffer = bytes_of(buffer);
  EXPECT_EQ(run.perform(receiving).error, errc::bad_handle);
  close_op again;
  again.handle = ends.near;
  EXPECT_EQ(run.perform(again).error, errc::bad_handle);
  run.finish(closing);
}

TEST(close, handle_of_a_closed_socket_never_means_the_next_one) {
  driver run;
  const handle_id old_handle = run.make_socket(address_family::ipv4);
  run.close(old_handle);
  const handle_id new_handle = run.make_socket(address_family::ipv4);
  EXPECT_NE(new_handle, old_handle);
  EXPECT_EQ(static_cast<std::uint32_t>(new_handle), static_cast<std::uint32_t>(old_handle));  // the same entry
  query_request call;
  call.kind = query_kind::get_option;
  call.handle = old_handle;
  EXPECT_EQ(run.query(call).error(), errc::bad_handle);
}

TEST(close, stale_event_does_not_reach_the_next_owner_of_the_entry) {
  driver run;
  address bound;
  const handle_id listener = run.make_listener(address_family::ipv4, bound);
  // The number that the next descriptor gets: `watched` will be it.
  const int number = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(number);
  const driver::ends watched = run.connect(listener, bound);
  std::array<char, 8> buffer;
  recv_op receiving;
  receiving.handle = watched.near;
  receiving.buffer = bytes_of(buffer);
  run.submit(receiving);
  run.poll();
  // A second descriptor of the same socket keeps it in epoll after the close, which is how stale events arise.
  const int duplicate = fcntl(number, F_DUPFD_CLOEXEC, 0);
  ASSERT_GE(duplicate, 0);
  run.close(watched.near);
  const driver::ends next = run.connect(listener, bound);
  ASSERT_EQ(static_cast<std::uint32_t>(next.near), static_cast<std::uint32_t>(watched.near));
  recv_op innocent;
  innocent.handle = next.near;
  innocent.buffer = bytes_of(buffer);
  run.submit(innocent);
  run.poll();
  run.send_text(watched.far, "stale");  // an event with the tag of watched.near
  run.poll();
  EXPECT_EQ(innocent.state, op_state::pending);
  run.send_text(next.far, "mine");
  EXPECT_EQ(run.finish(innocent).count, 4);
  EXPECT_EQ(run.completions_of(receiving).back().error, errc::cancelled);
  ::close(duplicate);
}

TEST(close, detached_close_closes_nevertheless) {
  driver run;
  const driver::ends ends = run.connect(address_family::ipv4);
  {
    close_op closing;
    closing.handle = ends.near;
    run.submit(closing);
    run.detach(closing);
  }
  std::array<char, 8> buffer;
  recv_op receiving;
  receiving.handle = ends.far;
  receiving.buffer = bytes_of(buffer);
  EXPECT_EQ(run.perform(receiving).flags, flag_eof);
}

TEST(close, socket_that_lingers_is_closed_by_the_pool_and_its_data_arrives) {
  driver run;
  const driver::ends ends = run.connect(address_family::ipv4);
  query_request call;
  call.kind = query_kind::set_option;
  call.handle = ends.near;
  call.option = socket_option::linger;
  call.value = 10;
  ASSERT_TRUE(run.query(call));
  run.send_text(ends.near, "bye");
  run.close(ends.near);
  std::array<char, 8> buffer;
  recv_op receiving;
  receiving.handle = ends.far;
  receiving.buffer = bytes_of(buffer);
  EXPECT_EQ(run.perform(receiving).count, 3);
}

}  // namespace
}  // namespace twinloop::real
