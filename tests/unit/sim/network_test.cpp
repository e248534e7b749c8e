// Links: latency, partitions, back-pressure over them; handshakes that are not finished.
#include <gtest/gtest.h>

#include <functional>

#include "twinloop/net.hpp"
#include "twinloop/sim.hpp"

namespace twinloop::sim {
namespace {
using namespace std::chrono_literals;

int serve(loop& loop, listen_options options) {
  std::vector<std::unique_ptr<tcp_stream>> peers;
  tcp_listener listener(loop);
  auto take = [&](result<accepted> peer) {
    auto& stream = *peers.emplace_back(std::make_unique<tcp_stream>(loop, std::move(*peer)));
    stream.on_read([&stream](result<std::span<std::byte>> data) {
      if (!data || data->empty()) stream.close();
    });
    stream.read_start();
  };
  auto listening = listener.listen(address::any(7), take, options);
  loop.run();
  return listening ? 0 : 1;
}

int sink(loop& loop, arguments) { return serve(loop, {}); }

constexpr int few = 2;  // what this backlog has room for, as on Linux, is one connection more
int sink_with_few_places(loop& loop, arguments) { return serve(loop, {.backlog = few}); }

TEST(network, connecting_takes_a_round_trip) {
  world world;
  host& server = world.add_host("server");
  host& client = world.add_host("client");
  world.set_latency(server, client, 30ms);
  server.start("sink", sink, {}, {.daemon = true});
  std::int64_t connected = 0;
  client.start("client", [&](loop& loop, arguments) {
    tcp_stream stream(loop);
    stream.connect(server.address(7), [&](errc) {
      connected = loop.now().time_since_epoch().count();
      stream.close();
    });
    loop.run();
    return 0;
  });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  EXPECT_EQ(connected, 60'000'000);
}

TEST(network, a_partition_holds_packets_until_it_heals_and_keeps_their_order) {
  world world;
  host& server = world.add_host("server");
  host& client = world.add_host("client");
  server.start("sink", sink, {}, {.daemon = true});
  errc outcome_of_connect = errc::other;
  std::int64_t connected = 0;
  client.start("client", [&](loop& loop, arguments) {
    tcp_stream stream(loop);
    stream.connect(server.address(7), [&](errc error) {
      outcome_of_connect = error;
      connected = loop.now().time_since_epoch().count();
      stream.close();
    });
    loop.run();
    return 0;
  });
  world.partition(server, client);
  world.at(7s, [&] { world.heal(server, client); });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  EXPECT_EQ(outcome_of_connect, errc::ok);
  EXPECT_GE(connected, 7'000'000'000);
}

TEST(network, connecting_where_nobody_listens_is_refused_and_to_no_host_unreachable) {
  world world;
  host& server = world.add_host("server");
  std::vector<errc> errors;
  world.add_host("client").start("client", [&](loop& loop, arguments) {
    tcp_stream refused(loop);
    tcp_stream lost(loop);
    refused.connect(server.address(9), [&](errc error) { errors.push_back(error); });
    lost.connect(address::ipv4(192, 0, 2, 1, 9), [&](errc error) { errors.push_back(error); });
    loop.run();
    return 0;
  });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  std::sort(errors.begin(), errors.end());
  EXPECT_EQ(errors, (std::vector<errc>{errc::connection_refused, errc::network_unreachable}));
}

struct attempt {
  errc error = errc::other;
  duration took{};
};

/// Connects once, `after` its start.
program connect_once(address target, duration after, attempt& made) {
  return [=, &made](loop& loop, arguments) {
    tcp_stream stream(loop);
    timer begin(loop, [&] {
      const time_point began = loop.now();
      stream.connect(target, [&, began](errc error) {
        made = {error, loop.now() - began};
        stream.close();
      });
    });
    begin.start(after);
    loop.run();
    return 0;
  };
}

/// Gives up ten times when its request has arrived and the answer has not.
program give_up_connecting(address target) {
  return [=](loop& loop, arguments) {
    tcp_stream stream(loop);
    int left = 10;
    std::function<void()> try_again = [&] {
      stream.connect(target,
                     [&](errc error) {
                       EXPECT_EQ(error, errc::timed_out);
                       if (--left > 0) return try_again();
                       stream.close();
                     },
                     {.timeout = 150us});
    };
    try_again();
    loop.run();
    return 0;
  };
}

TEST(network, clients_that_give_up_while_connecting_take_no_places_from_others) {
  world world;
  std::uint64_t hash_of_first = 0;
  for (int run = 0; run < 3; ++run) {
    world.reset();
    world.set_latency(100us);
    host& server = world.add_host("server");
    server.start("sink", sink_with_few_places, {}, {.daemon = true});
    world.add_host("impatient").start("client", give_up_connecting(server.address(7)));
    attempt healthy;
    world.add_host("patient").start("client", connect_once(server.address(7), 5ms, healthy));
    EXPECT_TRUE(world.run().clean()) << world.report().text();
    EXPECT_EQ(healthy.error, errc::ok);
    EXPECT_EQ(healthy.took, 200us);
    if (run == 0) hash_of_first = world.report().hash;
    EXPECT_EQ(world.report().hash, hash_of_first);
  }
}

/// Clients whose host loses power during their handshakes fill the queue. How another fares that comes later.
attempt connect_after_lost_clients(bool power_comes_back, duration later) {
  world world;
  world.set_latency(100us);
  host& server = world.add_host("server");
  server.start("sink", sink_with_few_places, {}, {.daemon = true});
  host& lost = world.add_host("lost");
  for (int i = 0; i <= few; ++i) {
    lost.start("client",
               [target = server.address(7)](loop& loop, arguments) {
                 if (loop.now() > time_point{}) return 0;  // after the failure
                 tcp_stream stream(loop);
                 stream.connect(target, [](errc) { ADD_FAILURE() << "it was connected"; });
                 loop.run();
                 return 0;
               },
               {}, {.restart = power_comes_back});
  }
  world.at(150us, [&] { lost.crash(); });
  attempt healthy;
  world.add_host("patient").start("client", connect_once(server.address(7), later, healthy));
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  return healthy;
}

TEST(network, a_host_that_is_back_from_a_power_failure_resets_the_handshakes_it_has_forgotten) {
  const attempt healthy = connect_after_lost_clients(true, 2s);
  EXPECT_EQ(healthy.error, errc::ok);
  EXPECT_EQ(healthy.took, 200us);
}

TEST(network, handshakes_with_a_host_that_stays_down_are_given_up_after_a_minute) {
  const attempt early = connect_after_lost_clients(false, 40s);
  EXPECT_EQ(early.error, errc::ok);
  EXPECT_EQ(early.took, 31s + 200us) << "its request was sent six times, the last at 71 s";
  const attempt healthy = connect_after_lost_clients(false, 64s);
  EXPECT_EQ(healthy.error, errc::ok);
  EXPECT_EQ(healthy.took, 200us);
}

}  // namespace
}  // namespace twinloop::sim
