// Accepting: no connection is lost or leaked, whatever happens between two accepts.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "tests/unit/real/driver.hpp"

namespace twinloop::real {
namespace {

/// Lets the process open no further descriptor while it lives.
class no_descriptors_left {
 public:
  no_descriptors_left() {
    getrlimit(RLIMIT_NOFILE, &before_);
    // The lowest free number becomes the limit, and nothing above it is free to take.
    const int lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(lowest);
    rlimit none = before_;
    none.rlim_cur = static_cast<rlim_t>(lowest);
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~no_descriptors_left() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

/// Starts `count` connections and waits until the connecting side has them, with nobody accepting.
std::vector<std::unique_ptr<connect_op>> fill_queue(driver& run, const address& bound, std::size_t count) {
  std::vector<std::unique_ptr<connect_op>> made;
  for (std::size_t i = 0; i < count; ++i) {
    made.push_back(std::make_unique<connect_op>());
    made.back()->handle = run.make_socket(bound.family);
    made.back()->target = bound;
    EXPECT_EQ(run.perform(*made.back()).error, errc::ok);
  }
  return made;
}

TEST(accept, connection_that_found_no_descriptor_is_accepted_later_without_a_new_one_arriving) {
  driver run;
  address bound;
  accept_op accepting;
  accepting.handle = run.make_listener(address_family::ipv4, bound);
  const auto queued = fill_queue(run, bound, 2);
  {
    const no_descriptors_left while_here;
    EXPECT_EQ(run.perform(accepting).error, errc::too_many_handles);
    EXPECT_EQ(run.perform(accepting).error, errc::too_many_handles);
  }
  EXPECT_EQ(run.perform(accepting).error, errc::ok);
  EXPECT_EQ(run.perform(accepting).error, errc::ok);
}

TEST(accept, multishot_reports_too_many_handles_once_and_is_over) {
  driver run;
  address bound;
  accept_op accepting;
  accepting.handle = run.make_listener(address_family::ipv4, bound);
  accepting.multishot = true;
  const auto queued = fill_queue(run, bound, 1);
  {
    const no_descriptors_left while_here;
    const completion done = run.perform(accepting);
    EXPECT_EQ(done.error, errc::too_many_handles);
    EXPECT_EQ(done.flags & flag_more, 0u);
  }
  EXPECT_EQ(run.completions_of(accepting).size(), 1u);
}

TEST(accept, multishot_delivers_every_connection_of_a_full_queue) {
  driver run;
  address bound;
  accept_op accepting;
  accepting.handle = run.make_listener(address_family::ipv4, bound);
  accepting.multishot = true;
  const auto queued = fill_queue(run, bound, 100);
  run.submit(accepting);
  while (run.completions_of(accepting).size() < 100) run.wait(never);
  for (const completion& done : run.completions_of(accepting)) {
    EXPECT_EQ(done.error, errc::ok);
    EXPECT_EQ(done.flags, flag_more);
  }
  run.cancel(accepting);
  const completion last = run.finish(accepting);
  EXPECT_EQ(last.error, errc::cancelled);
  EXPECT_EQ(last.flags, 0u);
}

TEST(accept, full_queue_does_not_keep_others_waiting) {
  driver run;
  address bound;
  accept_op accepting;
  accepting.handle = run.make_listener(address_family::ipv4, bound);
  accepting.multishot = true;
  const driver::ends other = run.connect(address_family::ipv4);
  const auto queued = fill_queue(run, bound, 120);
  std::array<char, 8> buffer;
  recv_op receiving;
  receiving.handle = other.far;
  receiving.buffer = bytes_of(buffer);
  run.submit(receiving);
  run.poll();
  run.send_text(other.near, "x");
  run.submit(accepting);
  run.finish(receiving);
  EXPECT_LT(run.completions_of(accepting).size(), 120u);
  run.cancel(accepting);
  run.finish(accepting);
}

TEST(accept, detaching_closes_connections_that_were_taken_and_not_delivered) {
  driver run;
  std::array<accept_op, 2> accepting;
  std::array<std::vector<std::unique_ptr<connect_op>>, 2> queued;
  for (std::size_t i = 0; i < 2; ++i) {
    address bound;
    accepting[i].handle = run.make_listener(address_family::ipv4, bound);
    accepting[i].multishot = true;
    queued[i] = fill_queue(run, bound, 1);
  }
  for (accept_op& each : accepting) run.submit(each);
  // One wait takes both connections and has room for one completion: the other stays behind.
  completion batch[1];
  while (run.below().wait(never, batch).count == 0) {
  }
  const std::size_t behind = batch[0].target == &accepting[0] ? 1 : 0;
  for (accept_op& each : accepting) run.detach(each);
  std::array<char, 8> buffer;
  recv_op receiving;
  receiving.handle = queued[behind][0]->handle;
  receiving.buffer = bytes_of(buffer);
  EXPECT_EQ(run.perform(receiving).flags, flag_eof);
}

TEST(accept, connection_that_came_while_nobody_accepted_is_there_for_the_next_accept) {
  driver run;
  address bound;
  accept_op accepting;
  accepting.handle = run.make_listener(address_family::ipv4, bound);
  run.submit(accepting);
  run.cancel(accepting);
  EXPECT_EQ(run.finish(accepting).error, errc::cancelled);
  const auto queued = fill_queue(run, bound, 1);
  run.poll();
  run.poll();
  EXPECT_EQ(run.perform(accepting).error, errc::ok);
}

TEST(accept, receive_on_a_listener_is_not_connected) {
  driver run;
  address bound;
  accept_op accepting;
  accepting.handle = run.make_listener(address_family::ipv4, bound);
  run.submit(accepting);
  std::array<char, 8> buffer;
  recv_op receiving;
  receiving.handle = accepting.handle;
  receiving.buffer = bytes_of(buffer);
  run.cancel(accepting);
  run.finish(accepting);
  EXPECT_EQ(run.perform(receiving).error, errc::not_connected);
}

TEST(accept, listener_that_does_not_listen_is_a_bad_handle) {
  driver run;
  accept_op accepting;
  accepting.handle = run.make_socket(address_family::ipv4);
  EXPECT_EQ(run.perform(accepting).error, errc::bad_handle);
}

}  // namespace
}  // namespace twinloop::real
