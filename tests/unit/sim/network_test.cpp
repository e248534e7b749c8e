// Links: latency, partitions, back-pressure over them.
#include <gtest/gtest.h>

#include "twinloop/net.hpp"
#include "twinloop/sim.hpp"

namespace twinloop::sim {
namespace {
using namespace std::chrono_literals;

int sink(loop& loop, arguments) {
  std::vector<std::unique_ptr<tcp_stream>> peers;
  tcp_listener listener(loop);
  auto listening = listener.listen(address::any(7), [&](result<accepted> peer) {
    auto& stream = *peers.emplace_back(std::make_unique<tcp_stream>(loop, std::move(*peer)));
    stream.on_read([&stream](result<std::span<std::byte>> data) {
      if (!data || data->empty()) stream.close();
    });
    stream.read_start();
  });
  loop.run();
  return listening ? 0 : 1;
}

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

}  // namespace
}  // namespace twinloop::sim
