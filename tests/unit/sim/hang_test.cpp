// Runs that do not end by themselves end by a report that says why.
#include <gtest/gtest.h>

#include <memory>

#include "twinloop/net.hpp"
#include "twinloop/process_local.hpp"
#include "twinloop/sim.hpp"
#include "twinloop/work.hpp"

namespace twinloop::sim {
namespace {
using namespace std::chrono_literals;

TEST(hang, who_waits_for_what_is_reported_with_its_place) {
  world world;
  world.add_host("host").start("program", [](loop& loop, arguments) {
    tcp_listener listener(loop, "door");
    auto listening = listener.listen(address::any(7), [](result<accepted>) {});
    loop.run();
    return listening ? 0 : 1;
  });
  EXPECT_EQ(world.run().ended, outcome::hung);
  ASSERT_EQ(world.report().waiting.size(), 1u);
  const std::string& line = world.report().waiting[0];
  EXPECT_NE(line.find("host/program: accept on host/program/door"), std::string::npos) << line;
  EXPECT_NE(line.find("hang_test.cpp:"), std::string::npos) << line;
}

TEST(hang, two_jobs_that_wait_for_each_other_are_found) {
  world world;
  world.add_host("host").start("program", [](loop& loop, arguments) {
    mutex a;
    mutex b;
    work_handle first(loop, "first");
    work_handle second(loop, "second");
    auto take = [](mutex& one, mutex& other) {
      return [&](job& job) {
        lock_guard outer(one, job);
        job.yield();
        lock_guard inner(other, job);
      };
    };
    first.start(take(a, b), [](errc) {});
    second.start(take(b, a), [](errc) {});
    loop.run();
    return 0;
  });
  EXPECT_EQ(world.run().ended, outcome::hung);
  EXPECT_EQ(world.report().waiting.size(), 2u) << world.report().text();
}

TEST(hang, a_program_that_spins_without_time_passing_is_named) {
  world world({.instant_limit = 1000});
  world.add_host("host").start("spinner", [](loop& loop, arguments) {
    hook busy(loop, hook_phase::idle, [] {});
    busy.start();
    loop.run();
    return 0;
  });
  EXPECT_EQ(world.run().ended, outcome::livelock);
  EXPECT_NE(world.report().failures.at(0).message.find("host/spinner"), std::string::npos);
}

TEST(hang, a_program_that_spins_until_what_is_held_by_time_comes_gets_it) {
  struct : choice_source {
    std::uint32_t answer(const question& asked) override { return asked.kind == choice_kind::defer ? asked.n - 1 : 0; }
  } holds_everything;
  world world({.source = &holds_everything, .instant_limit = 1000});
  world.add_host("host").start("spinner", [](loop& loop, arguments) {
    hook busy(loop, hook_phase::idle, [] {});
    work_handle job(loop, "job");
    busy.start();
    job.start([](twinloop::job&) {}, [&](errc) { busy.stop(); });
    loop.run();
    return 0;
  });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  EXPECT_GT(world.report().deviations, 0u);
  EXPECT_EQ(world.report().elapsed, 0ns);
}

TEST(hang, a_run_beyond_its_time_limit_is_slow_not_hung) {
  world world({.time_limit = 1s});
  world.add_host("host").start("program", [](loop& loop, arguments) {
    timer tick(loop, [] {});
    tick.start(1ms, 1ms);
    loop.run();
    return 0;
  });
  EXPECT_EQ(world.run().ended, outcome::slow);
}

/// Ticks for ever; `work` is done in each tick.
outcome tick_for_ever(world& world, std::function<void()> work) {
  world.add_host("host").start("program", [&](loop& loop, arguments) {
    timer tick(loop, [&] { work(); });
    tick.start(1ms, 1ms);
    loop.run();
    return 0;
  });
  return world.run().ended;
}

TEST(hang, a_run_whose_states_come_again_is_livelocked) {
  world world({.step_limit = 5000});
  EXPECT_EQ(tick_for_ever(world, [] {}), outcome::livelock);
  EXPECT_NE(world.report().failures.at(0).message.find("5000 deliveries"), std::string::npos);
}

TEST(hang, a_run_whose_state_keeps_changing_is_slow) {
  world world({.step_limit = 5000});
  std::uint64_t done = 0;
  world.observe_state([&] { return done; });
  EXPECT_EQ(tick_for_ever(world, [&] { ++done; }), outcome::slow);
}

TEST(hang, a_cycle_of_states_that_the_test_names_is_a_livelock) {
  world world({.step_limit = 5000});
  std::uint64_t turn = 0;
  world.observe_state([&] { return turn % 7; });
  EXPECT_EQ(tick_for_ever(world, [&] { ++turn; }), outcome::livelock);
}

/// Opens and closes sockets: each has a name of its own, and nothing is left.
void make_names(loop& loop, int count) {
  for (int i = 0; i < count; ++i) {
    query_request ask{.kind = query_kind::socket, .family = address_family::ipv4};
    ASSERT_TRUE(loop.below().query(ask));
    ask.kind = query_kind::close_now;
    ask.handle = static_cast<handle_id>(ask.value);
    ASSERT_TRUE(loop.below().query(ask));
  }
}

/// Ticks for ever, and makes names only once, late.
outcome livelock_with_names(world& world) {
  world.reset({.step_limit = 5000});
  int ticks = 0;
  world.add_host("host").start("program", [&](loop& loop, arguments) {
    timer tick(loop, [&] {
      if (++ticks == 4500) make_names(loop, 500);
    });
    tick.start(1ms, 1ms);
    loop.run();
    return 0;
  });
  return world.run().ended;
}

TEST(hang, a_handshake_that_the_end_of_a_run_cut_short_is_no_state_of_the_next_run) {
  world world;
  EXPECT_EQ(livelock_with_names(world), outcome::livelock);
  world.reset();
  host& server = world.add_host("server");
  server.start("server", [](loop& loop, arguments) {
    tcp_listener listener(loop);
    auto listening = listener.listen(address::any(7), [](result<accepted>) {});
    loop.run();
    return listening ? 0 : 1;
  });
  world.add_host("client").start("client", [&](loop& loop, arguments) {
    make_names(loop, 200);
    tcp_stream stream(loop);
    stream.connect(server.address(7), [](errc) {});
    loop.run();
    return 0;
  });
  world.run_for(150us);  // the request took 100
  EXPECT_EQ(livelock_with_names(world), outcome::livelock);
}

TEST(hang, a_daemon_that_waits_does_not_hold_the_run) {
  world world;
  world.add_host("host").start("daemon",
                               [](loop& loop, arguments) {
                                 tcp_listener listener(loop);
                                 auto listening = listener.listen(address::any(7), [](result<accepted>) {});
                                 loop.run();
                                 return listening ? 0 : 1;
                               },
                               {}, {.daemon = true});
  world.add_host("other").start("program", [](loop&, arguments) { return 0; });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
}

/// Runs `careless` alone; the one line about it is to name `expected`, made where `at` says, which it sets in the line
/// that makes it.
void expect_line(std::vector<std::string> run_report::*lines, const char* expected, const char* state, const where& at,
                 program careless) {
  world world;
  world.add_host("host").start("careless", std::move(careless));
  world.run();
  ASSERT_EQ((world.report().*lines).size(), 1u) << world.report().text();
  const std::string place = std::string("[") + at.file + ":" + std::to_string(at.line) + "]";
  EXPECT_EQ((world.report().*lines)[0],
            std::string("host/careless/") + expected + " " + place + " was still " + state + " when careless ended");
}

void expect_left(const char* expected, const where& at, program careless) {
  expect_line(&run_report::left, expected, "open", at, std::move(careless));
}

TEST(hang, files_that_a_process_leaves_open_are_reported_with_their_place) {
  where at;
  expect_left("by call (file)", at, [&](loop& loop, arguments) {
    blocking_files files(loop.below());
    at = where::here(), (void)files.open("/forgotten", open_write | open_create, 0644, "by call");
    return 0;
  });
  expect_left("by operation (file)", at, [&](loop& loop, arguments) {
    file_op open;
    open.request = {.flags = open_write | open_create, .path = "/forgotten", .name = "by operation"};
    open.on_complete = [](op&, const completion&) {};
    at = where::here(), loop.submit(open);
    loop.run();
    return 0;
  });
}

TEST(hang, sockets_that_a_process_leaves_open_are_reported_with_their_place) {
  where at;
  expect_left("by call (socket)", at, [&](loop& loop, arguments) {
    query_request ask{.kind = query_kind::socket, .family = address_family::ipv4, .name = "by call"};
    at = ask.made = where::here();
    return loop.below().query(ask) ? 0 : 1;
  });
  expect_left("door<-host/careless/stream (socket)", at, [&](loop& loop, arguments) {
    tcp_listener listener(loop, "door");
    tcp_stream stream(loop);
    auto forget = [&](result<accepted> peer) {
      (void)peer->release();
      listener.close();
    };
    at = where::here(), (void)listener.listen(address::any(7), forget);
    stream.connect(address::loopback(7), [](errc) {});
    loop.run();
    return 0;
  });
}

TEST(hang, operations_and_jobs_that_the_end_of_a_loop_cancels_are_reported_with_their_place) {
  where at;
  work_op job;
  job.name = "job";
  job.run = [](work_op&, twinloop::job&) {};
  job.on_complete = [](op&, const completion&) {};
  const auto submits_a_job = [&](loop& loop, arguments) {
    at = where::here(), loop.submit(job);
    return 0;
  };
  expect_line(&run_report::unfinished, "job (work)", "under way", at, submits_a_job);
  file_op make;
  make.request = {.call = file_call::make_directory, .path = "/directory"};
  make.name = "make";
  make.on_complete = [](op&, const completion&) { FAIL() << "the loop has ended"; };
  const auto submits_a_call = [&](loop& loop, arguments) {
    at = where::here(), loop.submit(make);
    return 0;
  };
  expect_line(&run_report::unfinished, "make (file)", "under way", at, submits_a_call);
}

TEST(hang, armed_timers_of_process_local_objects_are_reported_with_their_place) {
  where at;
  struct slot {
    std::unique_ptr<timer> reminder;
  };
  process_local<slot> state;
  const auto arms_a_timer = [&](loop& loop, arguments) {
    std::unique_ptr<timer>& reminder = state(loop).reminder;
    const auto nothing = [] {};
    at = where::here(), reminder.reset(new timer(loop, nothing, "reminder"));
    reminder->start(1h);
    return 0;
  };
  expect_line(&run_report::unfinished, "reminder (timer)", "active", at, arms_a_timer);
}

TEST(hang, a_program_that_ends_its_loop_leaves_nothing) {
  struct slots {
    std::unique_ptr<timer> fired, stopped;
    std::unique_ptr<work_handle> done;
  };
  process_local<slots> state;  // so that its handles are there when main has returned
  world world;
  world.add_host("host").start("tidy", [&](loop& loop, arguments) {
    slots& own = state(loop);
    const auto nothing = [] {};
    own.fired.reset(new timer(loop, nothing));
    own.stopped.reset(new timer(loop, nothing));
    own.done.reset(new work_handle(loop));
    own.fired->start(1ms);
    own.stopped->start(1h);
    own.done->start([](job&) {}, [&](errc) { own.stopped->stop(); });
    loop.run();
    return 0;
  });
  world.run();
  EXPECT_TRUE(world.report().left.empty() && world.report().unfinished.empty()) << world.report().text();
}

}  // namespace
}  // namespace twinloop::sim
