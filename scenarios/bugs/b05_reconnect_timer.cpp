// B05. A client library reconnects some time after its link has dropped. A user who disconnects within that time drops
// the library's reconnect state, but the timer still runs and uses what is gone. The fix stops the timer.
// Origin: hapi nes #18.
#include <optional>

#include "scenarios/bugs/background.hpp"
#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B05.no_reconnect_after_disconnect";
constexpr auto reconnect_delay = 1ms;
constexpr auto dropped_after = 1ms;
constexpr auto session_time = 3ms;

struct story {
  sim::world& world;
  const dials& dial;
  sim::host* server = nullptr;
};

struct reconnect_state {
  std::uint32_t attempts = 0;
};

/// The library: one link that comes back by itself.
class link {
 public:
  link(twinloop::loop& loop, story& shared)
      : loop_(loop),
        shared_(shared),
        retry_(
            loop, [this] { reconnect(); }, "reconnect") {
    state_.emplace();
    connect();
  }

  void disconnect() {
    state_.reset();
    if (!shared_.dial.buggy) retry_.stop();
    peer_->close();
  }

 private:
  void connect() {
    peer_.emplace(loop_, "link");
    peer_->on_end([this](errc) { lost(); });
    peer_->connect(shared_.server->address(80), [this](errc error) {
      if (error != errc::ok) lost();
    });
  }
  void lost() {
    peer_->close([this] {
      if (state_) retry_.start(reconnect_delay);
    });
  }
  void reconnect() {
    shared_.world.check(state_.has_value(), oracle, "the reconnect timer fired after disconnect()");
    if (!state_) return;
    ++state_->attempts;
    connect();
  }

  twinloop::loop& loop_;
  story& shared_;
  std::optional<reconnect_state> state_;
  std::optional<line_peer> peer_;
  twinloop::timer retry_;
};

/// The program that uses it: connects, and disconnects when its user has had enough.
class user {
 public:
  user(twinloop::loop& loop, story& shared) : noise_(loop, shared.dial), later_(loop), link_(loop, shared) {
    later_.after(
        session_time, [this] { link_.disconnect(); }, "user leaves");
  }

 private:
  noise noise_;
  background later_;
  link link_;
};

/// Drops the first connection of each client.
class server {
 public:
  server(twinloop::loop& loop, story& shared) : later_(loop), server_(loop, [](line_peer&, std::string_view) {}) {
    server_.on_peer([this, &shared](line_peer& made) {
      if (++connections_ > shared.dial.clients) return;
      later_.after(dropped_after, [this, id = made.id()] {
        if (line_peer* dropped = server_.find(id)) dropped->close();
      });
    });
    (void)server_.listen(80);
  }

 private:
  std::uint32_t connections_ = 0;
  background later_;
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  shared.server = &world.add_host("server");
  start_daemon<server>(*shared.server, "server", shared);
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    start_program<user>(add_client_host(world, dial, i, *shared.server), "client", shared);
  }
  world.run();
}

}  // namespace

extern const row b05;
const row b05{.id = "B05",
              .fixed_id = "B05.fixed",
              .name = "a reconnect timer fires after disconnect()",
              .origin = "hapi nes #18",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
