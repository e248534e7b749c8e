// Death of processes: kill, crash, restart, stacks that unwind and stacks that will not.
#include <gtest/gtest.h>

#include "twinloop/file.hpp"
#include "twinloop/net.hpp"
#include "twinloop/process_local.hpp"
#include "twinloop/sim.hpp"
#include "twinloop/work.hpp"

// LeakSanitizer's, where it is linked.
extern "C" __attribute__((weak)) void __lsan_disable();
extern "C" __attribute__((weak)) void __lsan_enable();

namespace twinloop::sim {
namespace {
using namespace std::chrono_literals;

/// An abandoned stack leaks what it held: that is what being abandoned means, and why it is counted.
struct leaks_are_expected {
  leaks_are_expected() {
    if (__lsan_disable != nullptr) __lsan_disable();
  }
  ~leaks_are_expected() {
    if (__lsan_enable != nullptr) __lsan_enable();
  }
};

struct witness {
  int* count;
  ~witness() { ++*count; }
};

int wait_for_ever(loop& loop) {
  timer far(loop, [] {});
  far.start(1h);
  loop.run();
  return 0;
}

TEST(crash, a_killed_process_is_unwound_with_its_jobs) {
  world world;
  int unwound = 0;
  process& victim = world.add_host("host").start("victim", [&](loop& loop, arguments) {
    witness on_stack{&unwound};
    work_handle work(loop);
    work.start(
        [&](job& job) {
          witness in_job{&unwound};
          for (;;) (void)job.status("/");
        },
        [](errc) {});
    return wait_for_ever(loop);
  });
  world.at(1ms, [&] { victim.kill(); });
  world.run_for(2ms);
  EXPECT_FALSE(victim.running());
  EXPECT_EQ(unwound, 2);
  EXPECT_EQ(world.report().abandoned_stacks, 0u);
}

TEST(crash, a_killed_process_starts_again_on_its_page_cache_and_with_fresh_locals) {
  static process_local<int> visits;
  world world;
  host& host = world.add_host("host");
  std::vector<int> seen;
  std::vector<bool> found;
  process& victim = host.start("victim", [&](loop& loop, arguments) {
    seen.push_back(++visits(loop));
    blocking_files files(loop.below());
    found.push_back(files.status("/mark").has_value());
    auto mark = files.open("/mark", open_write | open_create);
    if (mark) (void)files.close(*mark);
    return wait_for_ever(loop);
  });
  world.at(1ms, [&] {
    victim.kill();
    victim.restart(1ms);
  });
  world.run_for(10ms);
  EXPECT_EQ(victim.starts(), 2u);
  EXPECT_EQ(seen, (std::vector<int>{1, 1}));
  EXPECT_EQ(found, (std::vector<bool>{false, true}));
}

TEST(crash, the_peer_of_a_killed_process_sees_its_connection_end) {
  world world;
  host& server = world.add_host("server");
  process& victim = server.start("victim",
                                 [&](loop& loop, arguments) {
                                   std::vector<std::unique_ptr<tcp_stream>> held;
                                   tcp_listener listener(loop);
                                   auto listening = listener.listen(address::any(7), [&](result<accepted> peer) {
                                     held.push_back(std::make_unique<tcp_stream>(loop, std::move(*peer)));
                                   });
                                   loop.run();
                                   return listening ? 0 : 1;
                                 },
                                 {}, {.daemon = true});
  bool ended = false;
  world.add_host("client").start("client", [&](loop& loop, arguments) {
    tcp_stream stream(loop);
    stream.on_read([&](result<std::span<std::byte>> data) {
      ended = !data || data->empty();
      stream.close();
    });
    stream.connect(server.address(7), [&](errc) { stream.read_start(); });
    loop.run();
    return 0;
  });
  world.at(5ms, [&] { victim.kill(); });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  EXPECT_TRUE(ended);
}

TEST(crash, bytes_under_way_to_a_host_that_loses_power_end_in_a_reset) {
  world world;
  host& server = world.add_host("server");
  server.start("server",
               [&](loop& loop, arguments) {
                 std::vector<std::unique_ptr<tcp_stream>> held;
                 tcp_listener listener(loop);
                 auto listening = listener.listen(address::any(7), [&](result<accepted> peer) {
                   held.push_back(std::make_unique<tcp_stream>(loop, std::move(*peer)));
                 });
                 loop.run();
                 return listening ? 0 : 1;
               },
               {}, {.daemon = true});
  errc ended = errc::ok;
  world.set_latency(10ms);
  world.add_host("client").start("client", [&](loop& loop, arguments) {
    tcp_stream stream(loop);
    stream.on_read([&](result<std::span<std::byte>> data) {
      ended = data.error();
      stream.close();
    });
    stream.connect(server.address(7), [&](errc) {
      stream.read_start();
      stream.write("a request");
    });
    loop.run();
    return 0;
  });
  world.at(35ms, [&] { server.crash(); });  // the request left at 20 ms and arrived at 30
  const run_report& report = world.run_for(5s);
  // The request had arrived and was acknowledged: nothing is sent again, and a peer without time-outs waits for ever.
  EXPECT_EQ(ended, errc::ok) << report.text();

  world.reset();
  host& again = world.add_host("server");
  again.start("server",
              [](loop& loop, arguments) {
                std::vector<std::unique_ptr<tcp_stream>> held;
                tcp_listener listener(loop);
                auto listening = listener.listen(address::any(7), [&](result<accepted> peer) {
                  held.push_back(std::make_unique<tcp_stream>(loop, std::move(*peer)));
                });
                loop.run();
                return listening ? 0 : 1;
              },
              {}, {.daemon = true});
  world.set_latency(10ms);
  world.add_host("client").start("client", [&](loop& loop, arguments) {
    tcp_stream stream(loop);
    stream.on_read([&](result<std::span<std::byte>> data) {
      ended = data.error();
      stream.close();
    });
    timer second_request(loop, [&] { stream.write("under way"); });
    stream.connect(again.address(7), [&](errc) {
      stream.read_start();
      second_request.start(20ms);
    });
    loop.run();
    return 0;
  });
  world.at(45ms, [&] { again.crash(); });  // "under way" left at 40 ms and would arrive at 50
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  EXPECT_EQ(ended, errc::connection_reset);
}

/// Notes when it starts, and serves.
program noting_server(std::vector<duration>& started) {
  return [&started](loop& loop, arguments) {
    started.push_back(loop.now().time_since_epoch());
    tcp_listener listener(loop);
    auto listening = listener.listen(address::any(7), [](result<accepted>) {});
    loop.run();
    return listening ? 0 : 1;
  };
}

TEST(crash, power_that_fails_again_during_the_pause_only_puts_the_restart_off) {
  world world;
  host& server = world.add_host("server");
  std::vector<duration> started;
  server.start("server", noting_server(started), {}, {.daemon = true, .restart_after = 100ms});
  world.at(10ms, [&] { server.crash(); });
  world.at(60ms, [&] { server.crash(); });
  errc connected = errc::other;
  world.add_host("client").start("client", [&](loop& loop, arguments) {
    tcp_stream stream(loop);
    timer begin(loop, [&] {
      stream.connect(server.address(7), [&](errc error) {
        connected = error;
        stream.close();
      });
    });
    begin.start(120ms);
    loop.run();
    return 0;
  });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  EXPECT_EQ(started, (std::vector<duration>{0ms, 160ms}));
  EXPECT_EQ(connected, errc::ok) << "the host is up again";
}

TEST(crash, a_power_failure_before_the_first_start_does_not_prevent_it) {
  world world;
  host& server = world.add_host("server");
  std::vector<duration> started;
  process& late = server.start("late", noting_server(started), {}, {.restart_after = 100ms});
  late.kill();
  late.restart(50ms);
  world.at(20ms, [&] { server.crash(); });
  world.run_for(1s);
  EXPECT_EQ(started, (std::vector<duration>{120ms}));
}

TEST(crash, a_start_that_a_power_failure_prevented_is_made_up_for_by_restarting_the_host) {
  world world;
  host& server = world.add_host("server");
  std::vector<duration> started;
  server.start("server", noting_server(started), {}, {.restart = false});
  server.crash();  // before the world runs at all
  world.at(20ms, [&] { server.restart(); });
  world.add_host("other").start("program", [](loop& loop, arguments) { return wait_for_ever(loop); });
  world.run_for(1s);
  EXPECT_EQ(started, (std::vector<duration>{20ms}));
}

TEST(crash, a_job_that_holds_a_mutex_is_unwound_too) {
  world world;
  process& victim = world.add_host("host").start("victim", [&](loop& loop, arguments) {
    mutex shared;
    work_handle work(loop);
    work_handle other(loop);
    auto hold = [&](job& job) {
      lock_guard guard(shared, job);
      for (;;) (void)job.status("/");
    };
    work.start(hold, [](errc) {});
    other.start(hold, [](errc) {});
    return wait_for_ever(loop);
  });
  world.at(1ms, [&] { victim.kill(); });
  world.run_for(2ms);
  EXPECT_FALSE(victim.running());
  EXPECT_EQ(world.report().abandoned_stacks, 0u);
}

TEST(crash, a_stack_that_catches_everything_is_abandoned_and_counted) {
  leaks_are_expected scope;
  world world;
  process& victim = world.add_host("host").start("victim", [](loop& loop, arguments) -> int {
    timer far(loop, [] {});
    far.start(1h);
    for (;;) {
      try {
        loop.run();
      } catch (...) {  // and back again
      }
    }
  });
  world.at(1ms, [&] { victim.kill(); });
  world.run_for(2ms);
  EXPECT_EQ(world.report().abandoned_stacks, 1u);
}

TEST(crash, a_stack_with_a_noexcept_frame_is_abandoned_and_counted) {
  leaks_are_expected scope;
  world world;
  process& victim = world.add_host("host").start("victim", [](loop& loop, arguments) {
    auto firm = [&]() noexcept { return wait_for_ever(loop); };
    return firm();
  });
  world.at(1ms, [&] { victim.kill(); });
  world.run_for(2ms);
  EXPECT_EQ(world.report().abandoned_stacks, 1u);
}

}  // namespace
}  // namespace twinloop::sim
