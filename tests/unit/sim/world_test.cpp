// The world as a whole: equal runs are equal, reset leaves nothing behind, time and deadlines are exact.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "twinloop/net.hpp"
#include "twinloop/sim.hpp"
#include "twinloop/work.hpp"

namespace twinloop::sim {
namespace {
using namespace std::chrono_literals;

int echo_server(loop& loop, arguments) {
  std::vector<std::unique_ptr<tcp_stream>> clients;
  tcp_listener listener(loop, "listener");
  auto listening = listener.listen(address::any(7), [&](result<accepted> peer) {
    if (!peer) return;
    auto& client = *clients.emplace_back(std::make_unique<tcp_stream>(loop, std::move(*peer), "client"));
    client.on_read([&client](result<std::span<std::byte>> data) {
      if (!data || data->empty()) return client.close();
      client.write(std::string(reinterpret_cast<const char*>(data->data()), data->size()));
    });
    client.read_start();
  });
  loop.run();
  return listening ? 0 : 1;
}

int chatty_client(loop& loop, arguments args) {
  std::size_t got = 0;
  tcp_stream stream(loop, "stream");
  timer late(loop, [] {});
  late.start(3ms);
  work_handle work(loop);
  work.start([](job& job) { job.yield(); }, [](errc) {});
  stream.on_read([&](result<std::span<std::byte>> data) {
    got += data ? data->size() : 0;
    if (got >= 640 || !data || data->empty()) stream.close();
  });
  stream.connect(address::parse(args[0]).value(), [&](errc error) {
    if (error != errc::ok) return;
    stream.read_start();
    for (int i = 0; i < 10; ++i) stream.write(std::string(64, 'x'));
  });
  loop.run();
  return got == 640 ? 0 : 1;
}

void build(world& world) {
  host& server = world.add_host("server");
  server.start("echo", echo_server, {}, {.daemon = true});
  for (const char* name : {"one", "two"})
    world.add_host(name).start("client", chatty_client, {server.address(7).text()});
}

std::uint64_t hash_of(world& world, std::uint64_t run, bool log = false) {
  auto source = make_source(plan_run(99, run, order_kinds()));
  world.reset({.source = source.get(), .log_events = log});
  build(world);
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  return world.report().hash;
}

TEST(world, equal_plans_give_equal_hashes_and_different_ones_differ) {
  world first;
  world second;
  std::vector<std::uint64_t> seen;
  for (std::uint64_t run = 0; run < 40; ++run) {
    const std::uint64_t hash = hash_of(first, run);
    EXPECT_EQ(hash, hash_of(second, run)) << "run " << run;
    if (run > 1) seen.push_back(hash);
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_GT(std::unique(seen.begin(), seen.end()) - seen.begin(), 30);  // the negative control
}

TEST(world, a_reset_world_runs_like_a_new_one_whatever_ran_before) {
  world used;
  for (std::uint64_t run = 0; run < 60; ++run) {
    const std::uint64_t hash = hash_of(used, run);
    world fresh;
    EXPECT_EQ(hash, hash_of(fresh, run)) << "run " << run;
  }
}

TEST(world, writing_events_down_does_not_change_the_run) {
  world world;
  for (std::uint64_t run = 0; run < 40; ++run) EXPECT_EQ(hash_of(world, run), hash_of(world, run, true)) << run;
}

TEST(world, strict_replay_of_the_recorded_choices_repeats_the_run) {
  world world;
  for (std::uint64_t run = 2; run < 30; ++run) {
    const std::uint64_t hash = hash_of(world, run);
    const std::vector<choice_record> recorded(world.choices().begin(), world.choices().end());
    replay_source replay(recorded, replay_source::matching::strict);
    world.reset({.source = &replay});
    build(world);
    world.run();
    EXPECT_EQ(world.report().hash, hash);
    EXPECT_EQ(replay.first_divergence(), nullptr);
  }
}

TEST(world, any_bytes_are_a_legal_run) {
  world world;
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::vector<std::byte> bytes(400);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>((i * 131 + 7) * (seed + 3) >> 2);
    byte_source source(bytes);
    world.reset({.source = &source, .time_limit = 1h});
    build(world);
    const outcome ended = world.run().ended;
    EXPECT_TRUE(ended == outcome::clean) << world.report().text();
  }
}

TEST(world, a_timer_fires_at_its_time_though_the_wait_before_it_was_shorter) {
  // A wait with an early deadline leaves an event behind; the next wait's deadline is later and must still come.
  world world;
  std::vector<std::int64_t> fired;
  world.add_host("host").start("program", [&](loop& loop, arguments) {
    timer second(loop, [&] { fired.push_back(loop.now().time_since_epoch().count()); });
    timer first(loop, [&] {});
    first.start(10ms);
    second.start(20ms);
    timer stopper(loop, [&] { first.stop(); });
    stopper.start(5ms);
    loop.run();
    return 0;
  });
  world.at(10ms, [] {});  // something else happens at the very time that no longer counts
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  EXPECT_EQ(fired, (std::vector<std::int64_t>{20'000'000}));
}

TEST(world, time_jumps_over_what_nobody_waits_for) {
  world world({.time_limit = 24h * 400});
  int fired = 0;
  world.add_host("host").start("program", [&](loop& loop, arguments) {
    timer yearly(loop, [&] {
      if (++fired == 300) loop.stop();
    });
    yearly.start(24h, 24h);
    loop.run();
    yearly.stop();
    return 0;
  });
  EXPECT_TRUE(world.run().clean());
  EXPECT_EQ(world.report().elapsed, 300 * 24h);
}

TEST(world, an_exception_that_leaves_main_is_the_runs_failure) {
  world world;
  world.add_host("host").start("program", [](loop&, arguments) -> int { throw std::runtime_error("no luck"); });
  EXPECT_EQ(world.run().ended, outcome::failed);
  ASSERT_FALSE(world.report().failures.empty());
  EXPECT_EQ(world.report().failures[0].message, "host/program: no luck");
}

TEST(world, a_broken_contract_is_the_runs_failure_with_its_place) {
  world world;
  world.add_host("host").start("program", [](loop&, arguments) {
    TWINLOOP_ASSERT(1 + 1 == 3);
    return 0;
  });
  EXPECT_EQ(world.run().ended, outcome::failed);
  EXPECT_EQ(world.report().failures.at(0).message, "1 + 1 == 3");
  EXPECT_NE(world.report().failures.at(0).place.find("world_test.cpp"), std::string::npos);
}

std::int64_t process_id(loop& loop) {
  query_request ask{.kind = query_kind::process_id};
  EXPECT_TRUE(loop.below().query(ask));
  return ask.value;
}

TEST(world, processes_of_one_host_have_different_process_ids_also_after_a_restart) {
  world world;
  host& host = world.add_host("host");
  std::set<std::int64_t> seen;
  const auto tells_its_id = [&](loop& loop, arguments) {
    EXPECT_TRUE(seen.insert(process_id(loop)).second);
    return 0;
  };
  process& first = host.start("first", tells_its_id);
  host.start("second", tells_its_id);
  world.run();
  first.restart();
  host.start("third", tells_its_id);
  world.run();
  EXPECT_EQ(seen.size(), 4u);
}

}  // namespace
}  // namespace twinloop::sim
