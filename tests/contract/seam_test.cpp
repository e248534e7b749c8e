// The seam itself, below the loop: what wait, wake, cancel and the clocks of any kernel promise.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(seam);

namespace {

// What a loop does with an op, without the loop.
void start(kernel& below, op& started) {
  started.state = op_state::pending;
  below.submit(started);
}
struct waited {
  completion out[32];
  wait_result last{};
};
// Waits until something completes; kernels may return for no reason.
completion next_completion(kernel& below) {
  waited seen;
  do {
    seen.last = below.wait(never, std::span(seen.out).first(1));
  } while (seen.last.count == 0);
  seen.out[0].target->state = (seen.out[0].flags & flag_more) != 0 ? op_state::pending : op_state::idle;
  return seen.out[0];
}

}  // namespace

TEST_P(seam, wait_polls_when_its_deadline_has_passed) {
  run([](loop& loop) {
    kernel& below = loop.below();
    completion out[4];
    for (time_point deadline : {time_point::min(), time_point(), below.now(false)}) {
      wait_result result = below.wait(deadline, out);
      EXPECT_EQ(result.count, 0u);
      EXPECT_FALSE(result.woken);
    }
  });
}

TEST_P(seam, wait_returns_at_its_deadline) {
  run([](loop& loop) {
    kernel& below = loop.below();
    completion out[4];
    time_point deadline = below.now(true) + 2ms;
    wait_result result;
    do {
      result = below.wait(deadline, out);
      EXPECT_EQ(result.count, 0u);
    } while (result.now < deadline);
    EXPECT_LT(result.now, deadline + 1h);
  });
}

TEST_P(seam, time_stands_still_between_waits_unless_asked) {
  run([](loop& loop) {
    kernel& below = loop.below();
    completion out[4];
    wait_result result = below.wait(time_point::min(), out);
    EXPECT_EQ(below.now(false), result.now);
    EXPECT_EQ(below.now(false), result.now);
    EXPECT_LE(result.timers_until, result.now);
    time_point updated = below.now(true);
    EXPECT_GE(updated, result.now);
    EXPECT_EQ(below.now(false), updated);
    EXPECT_GE(below.wait(time_point::min(), out).now, updated);
  });
}

TEST_P(seam, timers_are_noticed_in_the_end) {
  run([](loop& loop) {
    kernel& below = loop.below();
    completion out[4];
    time_point due = below.now(true) + 1ms;
    wait_result result;
    for (int waits = 0; waits < 10000 && result.timers_until < due; ++waits) {
      result = below.wait(due, out);
      EXPECT_LE(result.timers_until, result.now);
    }
    EXPECT_GE(result.timers_until, due) << "a due timer is never noticed";
  });
}

TEST_P(seam, a_wake_before_wait_is_kept_and_wakes_coalesce) {
  run([](loop& loop) {
    kernel& below = loop.below();
    completion out[4];
    for (int i = 0; i < 5; ++i) below.wake();
    int woken = 0;
    for (int waits = 0; waits < 100 && woken == 0; ++waits) woken += below.wait(below.now(true) + 10s, out).woken;
    EXPECT_EQ(woken, 1) << "the wake was lost";
    for (int waits = 0; waits < 5; ++waits) woken += below.wait(time_point::min(), out).woken;
    EXPECT_EQ(woken, 1) << "one wake was reported twice";
  });
}

TEST_P(seam, the_wall_clock_is_after_the_epoch) {
  run([](loop& loop) {
    EXPECT_GT(loop.below().wall().time_since_epoch(), 365 * 24h);
    EXPECT_EQ(loop.wall().time_since_epoch() / 24h, loop.below().wall().time_since_epoch() / 24h);
  });
}

TEST_P(seam, submit_leaves_an_op_pending_until_wait_delivers_it) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    kernel& below = loop.below();
    io_slice piece{"x", 1};
    send_op write;
    write.handle = sockets.near->id, write.slices = std::span(&piece, 1);
    start(below, write);
    EXPECT_EQ(write.state, op_state::pending);
    completion done = next_completion(below);
    EXPECT_EQ(done.target, &write);
    EXPECT_EQ(done.error, errc::ok);
    EXPECT_EQ(done.count, 1);
  });
}

TEST_P(seam, wait_fills_no_more_than_it_was_given_room_for) {
  static constexpr int count = 12;
  run([](loop& loop) {
    kernel& below = loop.below();
    std::vector<address> found[count];
    resolve_op lookups[count];
    for (int i = 0; i < count; ++i) {
      lookups[i].host = "127.0.0.1", lookups[i].out = &found[i];
      start(below, lookups[i]);
    }
    int seen = 0;
    while (seen < count) {
      completion out[3];
      wait_result result = below.wait(never, out);
      ASSERT_LE(result.count, 3u);
      for (std::uint32_t i = 0; i < result.count; ++i) {
        EXPECT_EQ(out[i].target->state, op_state::pending);
        out[i].target->state = op_state::idle;
      }
      seen += static_cast<int>(result.count);
    }
    EXPECT_EQ(seen, count);
  });
}

TEST_P(seam, cancel_yields_one_completion_and_detach_none) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    kernel& below = loop.below();
    std::byte memory[8];
    recv_op read;
    read.handle = sockets.far->id, read.buffer = memory;
    start(below, read);
    below.cancel(read, cancel_mode::request);
    completion done = next_completion(below);
    EXPECT_EQ(done.target, &read);
    EXPECT_EQ(done.error, errc::cancelled);
    start(below, read);
    below.cancel(read, cancel_mode::detach);
    read.state = op_state::idle;
    completion out[4];
    for (int i = 0; i < 5; ++i) EXPECT_EQ(below.wait(time_point::min(), out).count, 0u);
  });
}

TEST_P(seam, detach_after_cancel_forgets_the_op_too) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    kernel& below = loop.below();
    {
      std::byte memory[8];
      recv_op read;
      read.handle = sockets.far->id, read.buffer = memory;
      start(below, read);
      below.cancel(read, cancel_mode::request);
      below.cancel(read, cancel_mode::detach);
      read.state = op_state::idle;
    }
    completion out[4];
    for (int i = 0; i < 5; ++i) EXPECT_EQ(below.wait(time_point::min(), out).count, 0u);
  });
}

TEST_P(seam, a_close_completes_after_the_other_ops_of_its_handle) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    kernel& below = loop.below();
    std::byte memory[8];
    recv_op read;
    read.handle = sockets.far->id, read.buffer = memory;
    start(below, read);
    close_op close;
    close.handle = sockets.far->release();
    start(below, close);
    EXPECT_EQ(next_completion(below).target, &read);
    EXPECT_EQ(next_completion(below).target, &close);
  });
}

TEST_P(seam, a_peer_sees_a_close_as_the_end_of_the_stream) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    kernel& below = loop.below();
    sockets.near.reset();
    std::byte memory[8];
    recv_op read;
    read.handle = sockets.far->id, read.buffer = memory;
    start(below, read);
    completion done = next_completion(below);
    EXPECT_EQ(done.error, errc::ok);
    EXPECT_EQ(done.count, 0);
    EXPECT_NE(done.flags & flag_eof, 0u);
  });
}

TEST_P(seam, capabilities_that_every_platform_has_are_reported) {
  run([](loop& loop) { EXPECT_NE(loop.below().caps() & can_half_close, 0u); });
}

}  // namespace twinloop::contract
