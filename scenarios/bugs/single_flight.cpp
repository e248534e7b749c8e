// An access proxy asks an upstream service about keys and caches what it learns. While a lookup is under way, further
// requests for it wait on a channel instead of asking again. The twins of B06 differ in what the channel stands for,
// those of B07 in whether who waits looks at the error.
#include "scenarios/bugs/single_flight.hpp"

#include <map>
#include <vector>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

using twinloop::errc;

struct story {
  sim::world& world;
  const dials& dial;
  bool upstream_may_fail = false;
  sim::host* upstream = nullptr;
};

class access_proxy {
 public:
  access_proxy(twinloop::loop& loop, story& shared)
      : shared_(shared),
        noise_(loop, shared.dial),
        upstream_(loop, "upstream"),
        server_(loop, [this](line_peer& from, std::string_view key) { request(from.id(), std::string(key)); }) {
    upstream_.on_line([this](std::string_view reply) { fetched(reply); });
    upstream_.connect(shared.upstream->address(80), [this](errc) { (void)server_.listen(80); });
  }

 private:
  struct waiter {
    std::uint64_t client;
    std::string key;
  };
  struct flight {
    std::string key;
    std::vector<waiter> waiting;
  };

  std::string channel_of(const std::string& key) const {
    const bool by_type = shared_.dial.buggy && !shared_.upstream_may_fail;
    return by_type ? key.substr(0, key.find('/')) : key;
  }

  void request(std::uint64_t client, const std::string& key) {
    if (auto known = cache_.find(key); known != cache_.end()) return server_.send(client, known->second);
    const std::string channel = channel_of(key);
    if (auto flying = flights_.find(channel); flying != flights_.end()) {
      return flying->second.waiting.push_back({client, key});
    }
    flights_[channel] = {key, {{client, key}}};
    upstream_.send(key);
  }

  /// A reply is "KEY=VALUE" or "KEY!", for an error.
  void fetched(std::string_view reply) {
    const std::string key(reply.substr(0, reply.find_first_of("=!")));
    const bool failed = reply.back() == '!';
    if (!failed) cache_[key] = reply;
    auto ended = flights_.extract(channel_of(key));
    const std::vector<waiter>& waiting = ended.mapped().waiting;
    for (const waiter& each : waiting) {
      const bool first = &each == &waiting.front();
      if (failed && (first || !shared_.dial.buggy)) {
        server_.send(each.client, each.key + "!");
      } else if (failed) {
        shared_.world.check(cache_.contains(each.key), oracle_of_errors, "a waiter reads a cache slot that is empty");
      } else {
        server_.send(each.client, cache_[key]);
      }
    }
  }

  story& shared_;
  std::map<std::string, std::string> cache_;
  std::map<std::string, flight> flights_;
  noise noise_;
  line_peer upstream_;
  line_server server_;
};

class upstream_service {
 public:
  upstream_service(twinloop::loop& loop, story& shared)
      : server_(loop, [&shared](line_peer& from, std::string_view key) {
          const bool fails = shared.upstream_may_fail && shared.world.choose("upstream fails", 2) == 1;
          from.send(std::string(key) + (fails ? "!" : "=value"));
        }) {
    (void)server_.listen(80);
  }

 private:
  line_server server_;
};

}  // namespace

void run_single_flight(sim::world& world, const dials& dial, bool upstream_may_fail) {
  story shared{world, dial, upstream_may_fail};
  shared.upstream = &world.add_host("upstream");
  sim::host& server = world.add_host("server");
  start_daemon<upstream_service>(*shared.upstream, "upstream", shared);
  start_daemon<access_proxy>(server, "proxy", shared);
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    const std::string key = "role/" + std::to_string(upstream_may_fail ? 0 : i);
    start_client(world, dial, i, server, {{1500us + i * 400us, key}},
                 [&world, key](std::size_t, std::string_view reply) {
                   const std::string_view about = reply.substr(0, reply.find_first_of("=!"));
                   world.check(about == key, oracle_of_keys, "asked for " + key + ", got " + std::string(reply));
                 });
  }
  world.run();
}

}  // namespace bugs
