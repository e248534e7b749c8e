// B28. A node of a cluster connects to its peers by name. A connector that is closed cancels its lookup; but a lookup
// that a pool thread works on already cannot be cancelled, and completes later. The connector is given up when its
// socket has closed, which may be before that: the lookup's callback then uses a connector that is gone. The fix waits
// for both.
// Origin: canonical/raft #301; libuv #2481.
#include <deque>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B28.no_completion_after_release";
using addresses = twinloop::result<std::vector<twinloop::address>>;

struct story {
  sim::world& world;
  const dials& dial;
};

std::string name_of_peer(std::uint32_t index) { return "peer-" + std::to_string(index); }

/// Its memory stays until the end of the process; `released` says when the original would have freed it.
class connector {
 public:
  connector(twinloop::loop& loop, story& shared, const std::string& peer)
      : shared_(shared), resolver_(loop, "peer name"), stream_(loop, "peer") {
    resolving_ = true;
    resolver_.resolve(peer, 80, [this](addresses found) { resolved(found); });
  }

  void close() {
    closing_ = true;
    resolver_.cancel();  // a lookup that runs already goes on
    stream_.close([this] {
      closed_ = true;
      release_if_done();
    });
  }

 private:
  void resolved(const addresses& found) {
    shared_.world.check(!released_, oracle, "a lookup completed for a connector that was released");
    resolving_ = false;
    if (closing_) return release_if_done();
    if (found && !found->empty()) stream_.connect(found->front(), [](errc) {});
  }

  void release_if_done() {
    if (!closed_) return;
    if (!shared_.dial.buggy && resolving_) return;
    released_ = true;
  }

  story& shared_;
  bool resolving_ = false;
  bool closing_ = false;
  bool closed_ = false;
  bool released_ = false;
  twinloop::resolver resolver_;
  twinloop::tcp_stream stream_;
};

class node {
 public:
  node(twinloop::loop& loop, story& shared) : noise_(loop, shared.dial), later_(loop) {
    for (std::uint32_t i = 0; i < shared.dial.clients; ++i) {
      connectors_.emplace_back(loop, shared, name_of_peer(i));
    }
    // Two names at a time are looked up, in 200 us each: this is after the last of them.
    const twinloop::duration stop_after = 600us + shared.dial.clients * 100us;
    later_.after(
        stop_after,
        [this] {
          for (connector& each : connectors_) each.close();
        },
        "stop");
  }

 private:
  noise noise_;
  background later_;
  std::deque<connector> connectors_;
};

class peer_of_cluster {
 public:
  peer_of_cluster(twinloop::loop& loop, story&) : server_(loop, [](line_peer&, std::string_view) {}) {
    (void)server_.listen(80);
  }

 private:
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    start_daemon<peer_of_cluster>(world.add_host(name_of_peer(i)), "peer", shared);
  }
  start_program<node>(world.add_host("node"), "node", shared);
  world.run();
}

}  // namespace

extern const row b28;
const row b28{.id = "B28",
              .fixed_id = "B28.fixed",
              .name = "a lookup that could not be cancelled completes after its owner is gone",
              .origin = "canonical/raft #301, libuv #2481",
              .oracle = oracle,
              .depth = 2,
              .body = body_of<run>,
              .kinds = sim::bit(sim::choice_kind::dns)};

}  // namespace bugs
