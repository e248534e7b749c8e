// What keeps run() going: everything active with a reference, and nothing else. Method: each kind of handle is made
// active, its reference taken and given back; alive() must follow.
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"
#include "twinloop/file.hpp"
#include "twinloop/work.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(keep_alive);

namespace {

void expect_reference_decides(loop& loop, handle& active) {
  ASSERT_TRUE(active.active());
  EXPECT_TRUE(active.has_ref());
  EXPECT_TRUE(loop.alive());
  active.unref();
  EXPECT_FALSE(active.has_ref());
  EXPECT_FALSE(loop.alive()) << active.type() << " without a reference keeps the loop alive";
  active.unref();
  EXPECT_FALSE(loop.alive()) << "references are flags, not counts";
  active.ref();
  EXPECT_TRUE(loop.alive());
  active.ref();
  active.unref();
  EXPECT_FALSE(loop.alive()) << "references are flags, not counts";
  EXPECT_FALSE(loop.run()) << "run waits for a handle without a reference";
  active.ref();
  EXPECT_TRUE(loop.alive());
}

}  // namespace

TEST_P(keep_alive, a_timer_does_while_armed) {
  run([](loop& loop) {
    timer one(loop, [] {});
    EXPECT_FALSE(loop.alive());
    one.start(1h);
    expect_reference_decides(loop, one);
    one.stop();
    EXPECT_FALSE(loop.alive());
  });
}

TEST_P(keep_alive, a_hook_does_while_started) {
  run([](loop& loop) {
    for (hook_phase phase : {hook_phase::idle, hook_phase::prepare, hook_phase::check}) {
      hook one(loop, phase, [] {});
      EXPECT_FALSE(loop.alive());
      one.start();
      expect_reference_decides(loop, one);
      one.stop();
      EXPECT_FALSE(loop.alive());
    }
  });
}

TEST_P(keep_alive, a_listener_does_while_it_listens) {
  run([](loop& loop) {
    tcp_listener one(loop);
    EXPECT_FALSE(loop.alive());
    ASSERT_TRUE(one.listen(address::loopback(0), [](result<accepted>) {}));
    expect_reference_decides(loop, one);
    one.close();
    loop.run();
    EXPECT_FALSE(loop.alive());
  });
}

TEST_P(keep_alive, a_stream_does_while_it_reads) {
  run([](loop& loop) {
    stream_pair pair(loop);
    EXPECT_FALSE(loop.alive()) << "a connected stream with nothing under way keeps the loop alive";
    pair.far().on_read([](result<std::span<std::byte>>) {});
    pair.far().read_start();
    expect_reference_decides(loop, pair.far());
    pair.far().read_stop();
    loop.run();
    EXPECT_FALSE(loop.alive());
  });
}

TEST_P(keep_alive, a_stream_does_while_it_writes) {
  run([](loop& loop) {
    stream_pair pair(loop);
    errc outcome = errc::ok;
    // More than the kernel takes, and nobody reads: it stays under way.
    std::string much(64 << 20, 'x');
    pair.near.write(bytes_of(much), [&](errc error, std::size_t) { outcome = error; });
    expect_reference_decides(loop, pair.near);
    pair.near.cancel_writes();
    loop.run();
    EXPECT_EQ(outcome, errc::cancelled);
    EXPECT_FALSE(loop.alive());
  });
}

TEST_P(keep_alive, a_resolver_does_while_it_looks_up) {
  run([](loop& loop) {
    resolver one(loop);
    bool done = false;
    EXPECT_FALSE(loop.alive());
    one.resolve("localhost", 1, [&](result<std::vector<address>>) { done = true; });
    EXPECT_TRUE(one.active());
    EXPECT_TRUE(loop.alive());
    one.unref();
    EXPECT_FALSE(loop.alive());
    one.ref();
    loop.run();
    EXPECT_TRUE(done);
    EXPECT_FALSE(one.active());
  });
}

TEST_P(keep_alive, a_work_handle_does_while_its_job_is_under_way) {
  run([](loop& loop) {
    work_handle one(loop);
    std::atomic<bool> go{false};
    bool done = false;
    one.start(
        [&](job& job) {
          while (!go) job.yield();
        },
        [&](errc) { done = true; });
    EXPECT_TRUE(one.active());
    one.unref();
    EXPECT_FALSE(loop.alive());
    EXPECT_FALSE(loop.run());
    EXPECT_FALSE(done);
    one.ref();
    EXPECT_TRUE(loop.alive());
    go = true;
    loop.run();
    EXPECT_TRUE(done);
  });
}

TEST_P(keep_alive, a_file_does_while_a_call_is_under_way) {
  run([this](loop& loop) {
    file one(loop);
    bool done = false;
    one.open(path("file"), open_read_write | open_create, 0644, [&](errc) { done = true; });
    EXPECT_TRUE(one.active());
    one.unref();
    EXPECT_FALSE(loop.alive());
    one.ref();
    EXPECT_TRUE(loop.alive());
    loop.run();
    EXPECT_TRUE(done);
    EXPECT_TRUE(one.is_open());
    EXPECT_FALSE(loop.alive()) << "an open file with nothing under way keeps the loop alive";
  });
}

TEST_P(keep_alive, an_unreferenced_timer_fires_while_something_else_runs_the_loop) {
  run([](loop& loop) {
    bool fired = false;
    timer background(loop, [&] { fired = true; });
    background.unref();
    background.start(0ns);
    timer foreground(loop, [] {});
    foreground.start(1ms);
    EXPECT_FALSE(loop.run());
    EXPECT_TRUE(fired);
  });
}

TEST_P(keep_alive, an_operation_decides_by_its_own_flag) {
  run([](loop& loop) {
    socket_pair sockets(loop);
    std::byte memory[8];
    recv_op read;
    read.handle = sockets.far->id;
    read.buffer = memory;
    read.keeps_alive = false;
    errc outcome = errc::ok;
    static errc* out;
    out = &outcome;
    read.on_complete = [](op&, const completion& done) { *out = done.error; };
    loop.submit(read);
    EXPECT_FALSE(loop.alive());
    EXPECT_FALSE(loop.run());
    loop.cancel(read);
    timer until(loop, [&] {
      if (read.state != op_state::idle) until.start(100us);
    });
    until.start(0ns);
    loop.run();
    EXPECT_EQ(outcome, errc::cancelled);
  });
}

TEST_P(keep_alive, handles_that_are_destroyed_while_active_leave_the_loop_dead) {
  run([](loop& loop) {
    {
      timer armed(loop, [] { FAIL(); });
      armed.start(0ns);
      hook started(loop, hook_phase::check, [] { FAIL(); });
      started.start();
      tcp_listener listening(loop);
      ASSERT_TRUE(listening.listen(address::loopback(0), [](result<accepted>) { FAIL(); }));
      tcp_stream connecting(loop);
      connecting.connect(*listening.local(), [](errc) { FAIL(); });
      EXPECT_TRUE(loop.alive());
    }
    EXPECT_FALSE(loop.alive());
    EXPECT_FALSE(loop.run());
  });
}

}  // namespace twinloop::contract
