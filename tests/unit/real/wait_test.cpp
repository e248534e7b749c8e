// wait(): deadlines, the clock, batches, and fairness between what is finished and what epoll would report.
#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "real/clock.hpp"
#include "tests/unit/real/driver.hpp"

namespace twinloop::real {
namespace {

using namespace std::chrono_literals;

TEST(wait, never_ends_before_its_deadline_for_want_of_events) {
  driver run;
  for (const duration length : {duration(1ns), duration(1us), duration(90us), duration(1500us)}) {
    for (int i = 0; i < 20; ++i) {
      const time_point deadline = run.below().now(true) + length;
      EXPECT_EQ(run.wait(deadline), 0u);
      EXPECT_GE(run.below().now(false), deadline);
      EXPECT_GE(read_monotonic(), deadline);
    }
  }
}

TEST(wait, signal_that_wakes_nobody_does_not_end_it_before_its_deadline) {
  driver run;
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) {};
  ASSERT_EQ(sigaction(SIGUSR2, &action, &before), 0);
  std::atomic<bool> over{false};
  const pthread_t loop_thread = pthread_self();
  std::thread interrupting([&] {
    while (!over.load()) pthread_kill(loop_thread, SIGUSR2);
  });
  const time_point deadline = run.below().now(true) + 5ms;
  EXPECT_EQ(run.wait(deadline), 0u);
  EXPECT_GE(read_monotonic(), deadline);
  over.store(true);
  interrupting.join();
  sigaction(SIGUSR2, &before, nullptr);
}

TEST(wait, time_stands_still_between_two_waits_unless_updated) {
  driver run;
  const time_point before = run.below().now(false);
  while (read_monotonic() <= before) {
  }
  EXPECT_EQ(run.below().now(false), before);
  const time_point updated = run.below().now(true);
  EXPECT_GT(updated, before);
  EXPECT_EQ(run.below().now(false), updated);
}

TEST(wait, reports_its_own_time_and_lets_timers_run_up_to_it) {
  driver run;
  completion batch[1];
  const wait_result result = run.below().wait(run.below().now(true) + 100us, batch);
  EXPECT_EQ(result.now, run.below().now(false));
  EXPECT_EQ(result.timers_until, result.now);
}

TEST(wait, deadline_in_the_past_polls) {
  driver run;
  EXPECT_EQ(run.wait(time_point::min()), 0u);
  EXPECT_FALSE(run.woken());
}

TEST(wait, fills_no_more_than_the_span_and_keeps_the_rest_in_order) {
  driver run;
  std::array<shutdown_op, 5> ops;
  for (shutdown_op& each : ops) {
    each.state = op_state::pending;
    run.below().submit(each);  // a bad handle: five completions at once
  }
  std::vector<op*> seen;
  while (seen.size() < ops.size()) {
    completion batch[2];
    const wait_result result = run.below().wait(never, batch);
    ASSERT_LE(result.count, 2u);
    for (std::uint32_t i = 0; i < result.count; ++i) seen.push_back(batch[i].target);
  }
  for (std::size_t i = 0; i < ops.size(); ++i) {
    EXPECT_EQ(seen[i], &ops[i]);
    ops[i].state = op_state::idle;
  }
}

/// A connection, and a receive at its far end that waits for a poll.
struct waiting_receive {
  explicit waiting_receive(driver& run) : ends(run.connect(address_family::ipv4)) {
    receiving.handle = ends.far;
    receiving.buffer = bytes_of(buffer);
    run.submit(receiving);
    run.poll();
  }
  driver::ends ends;
  std::array<char, 8> buffer;
  recv_op receiving;
};

TEST(wait, program_that_always_has_something_finished_does_not_starve_its_sockets) {
  driver run;
  waiting_receive reader(run);
  run.send_text(reader.ends.near, "x");
  for (int i = 0; i < 20 && reader.receiving.state == op_state::pending; ++i) {
    shutdown_op busy;  // a bad handle: finished at once
    run.submit(busy);
    while (busy.state == op_state::pending) run.wait(never);
  }
  EXPECT_EQ(reader.receiving.state, op_state::idle);
  run.finish(reader.receiving);
}

TEST(wait, program_that_always_wakes_itself_does_not_starve_its_sockets) {
  driver run;
  waiting_receive reader(run);
  run.send_text(reader.ends.near, "x");
  for (int i = 0; i < 20 && reader.receiving.state == op_state::pending; ++i) {
    run.below().wake();
    run.wait(never);
  }
  EXPECT_EQ(reader.receiving.state, op_state::idle);
  run.finish(reader.receiving);
}

TEST(wait, program_that_moves_much_at_once_polls_the_sooner) {
  driver run;
  waiting_receive reader(run);
  const std::string much(64 * 1024, 'x');
  const io_slice slice{much.data(), much.size()};
  int sends = 0;
  for (; reader.receiving.state == op_state::pending && sends < 6; ++sends) {
    send_op sending;
    sending.handle = reader.ends.near;
    sending.slices = {&slice, 1};
    run.submit(sending);
    while (sending.state == op_state::pending) run.wait(never);
  }
  EXPECT_LE(sends, 2) << "the writer fills the socket while its reader waits for a poll";
  run.finish(reader.receiving);
}

TEST(wait, handles_more_ready_sockets_than_events_fit_in_one_wait) {
  driver run({.events_per_wait = 2});
  std::vector<driver::ends> connections;
  for (int i = 0; i < 9; ++i) connections.push_back(run.connect(address_family::ipv4));
  std::vector<std::array<char, 8>> buffers(connections.size());
  std::array<recv_op, 9> receiving;
  for (std::size_t i = 0; i < connections.size(); ++i) {
    receiving[i].handle = connections[i].far;
    receiving[i].buffer = bytes_of(buffers[i]);
    run.submit(receiving[i]);
    run.send_text(connections[i].near, "x");
  }
  for (recv_op& each : receiving) EXPECT_EQ(run.finish(each).count, 1);
}

}  // namespace
}  // namespace twinloop::real
