// B16. Several sockets share one manager and its connection. When the server restarts, each socket opens itself again:
// the first at once, which makes the manager reconnect; the others after they have looked up their token. An open that
// finds the manager reconnecting returns, as if somebody would see to it; but the manager opens again only the socket
// that it reconnects for. The natural order shows the bug; it takes a late second open to pass. The fix notes every
// socket that wants to be opened.
// Origin: socket.io #3358 (the structure is partly inferred). The rate counts the runs that pass.
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/bugs/background.hpp"
#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B16.all_sockets_reconnect";
const std::string token = "/token";

struct story {
  sim::world& world;
  const dials& dial;
  sim::host* host = nullptr;
  sim::process* server = nullptr;
};

void read_token(twinloop::job& job) {
  auto file = job.open(token, twinloop::open_read);
  if (!file) return;
  std::array<std::byte, 16> bytes;
  (void)job.read_at(*file, bytes, 0);
  (void)job.close(*file);
}

/// The manager, and the sockets on it by number.
class manager {
 public:
  manager(twinloop::loop& loop, story& shared)
      : loop_(loop), shared_(shared), noise_(loop, shared.dial), later_(loop), open_(shared.dial.clients, false) {
    for (std::uint32_t i = 0; i < open_.size(); ++i) waiting_.push_back(i);
    connect();
  }

 private:
  void reconnect_later() {
    reconnecting_ = true;
    later_.after(
        100us, [this] { connect(); }, "reconnect");
  }

  void connect() {
    reconnecting_ = true;
    peer_.emplace(loop_, "manager");
    peer_->on_end([this](errc) { lost(); });
    peer_->connect(shared_.host->address(80), [this](errc error) {
      if (error != errc::ok)
        return peer_->close([this] {
          later_.after(
              100us, [this] { connect(); }, "reconnect");
        });
      connected();
    });
  }

  void connected() {
    reconnecting_ = false;
    for (std::uint32_t each : std::exchange(waiting_, {})) open_[each] = true;
    if (lost_) return end_when_settled();
    later_.after(
        300us, [this] { restart_server(); }, "operator");
  }

  void restart_server() {
    shared_.server->kill();
    shared_.server->restart();
  }

  /// Tells the sockets, which open themselves again: number 0 at once, the others when they have their token.
  void lost() {
    lost_ = true;
    peer_->close([this] {
      open_.assign(open_.size(), false);
      open_again(0);
      for (std::uint32_t i = 1; i < open_.size(); ++i) {
        later_.on_pool("token", read_token, [this, i] { open_again(i); });
      }
    });
  }

  void open_again(std::uint32_t socket) {
    ++opens_;
    if (reconnecting_) {
      if (!shared_.dial.buggy) waiting_.push_back(socket);
    } else if (socket == 0) {
      waiting_.push_back(socket);
      reconnect_later();
    } else {
      open_[socket] = true;
    }
    end_when_settled();
  }

  void end_when_settled() {
    if (reconnecting_ || opens_ < open_.size()) return;
    for (bool each : open_) shared_.world.check(each, oracle, "a socket stays closed after the server's restart");
    peer_->close();
  }

  twinloop::loop& loop_;
  story& shared_;
  bool reconnecting_ = false;
  bool lost_ = false;
  std::size_t opens_ = 0;  // since the connection was lost
  std::vector<std::uint32_t> waiting_;
  noise noise_;
  background later_;
  std::vector<bool> open_;
  std::optional<line_peer> peer_;
};

class server {
 public:
  server(twinloop::loop& loop, story&) : server_(loop, [](line_peer&, std::string_view) {}) {
    (void)server_.listen(80);
  }

 private:
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  shared.host = &world.add_host("server");
  shared.server = &start_daemon<server>(*shared.host, "server", shared);
  sim::host& client = add_client_host(world, dial, 0, *shared.host);
  client.write_file(token, "secret");
  start_program<manager>(client, "client", shared);
  world.run();
}

}  // namespace

extern const row b16;
const row b16{.id = "B16",
              .fixed_id = "B16.fixed",
              .name = "a socket of a shared manager is not reconnected",
              .origin = "socket.io #3358",
              .oracle = oracle,
              .depth = 2,
              .body = body_of<run>,
              .fails_naturally = true,
              .counts_passing_order = true};

}  // namespace bugs
