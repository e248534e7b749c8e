// B01. A proxy keeps idle connections to its backend. When one has been idle for too long its timer destroys it; but it
// leaves the list of free connections only later, in its close callback. A request that comes between the two is handed
// a connection that is already closing. The fix takes it off the list where it is destroyed.
// Origin: agentkeepalive #23, #24 and again #57; the same in Node's own agent, PR #32000.
#include <deque>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

constexpr const char* oracle = "B01.request_on_closing_connection";
constexpr auto idle_timeout = 1ms;

struct story {
  sim::world& world;
  const dials& dial;
  sim::host* backend = nullptr;
};

class proxy {
 public:
  proxy(twinloop::loop& loop, story& shared)
      : loop_(loop),
        shared_(shared),
        noise_(loop, shared.dial),
        server_(loop, [this](line_peer& from, std::string_view line) { request(from.id(), line); }) {
    (void)server_.listen(80);
  }

 private:
  struct connection {
    explicit connection(twinloop::loop& loop, proxy& owner)
        : peer(loop, "backend connection"),
          idle(
              loop, [this, &owner] { owner.found_idle(*this); }, "idle") {}
    line_peer peer;
    twinloop::timer idle;
    std::uint64_t client = 0;  // whose reply comes next
  };

  void request(std::uint64_t client, std::string_view line) {
    if (free_.empty()) return open(client, std::string(line));
    connection& taken = *free_.front();
    free_.pop_front();
    taken.idle.stop();
    shared_.world.check(!taken.peer.closing(), oracle, "a request was given a connection that is being closed");
    taken.client = client;
    taken.peer.send(std::string(line));
  }

  void open(std::uint64_t client, std::string line) {
    connection& made = all_.emplace_back(loop_, *this);
    made.client = client;
    made.peer.on_line([this, &made](std::string_view reply) {
      server_.send(made.client, std::string(reply));
      free_.push_back(&made);
      made.idle.start(idle_timeout);
    });
    made.peer.connect(shared_.backend->address(80), [this, &made, line](twinloop::errc error) {
      if (error != twinloop::errc::ok) return give_up(made);
      made.peer.send(line);
    });
  }

  /// With more requests at once than the backlog holds, and a backend that accepts late, a connection times out. Its
  /// client is told, since nobody else will answer it.
  void give_up(connection& failed) {
    server_.send(failed.client, "bad gateway");
    failed.peer.close();
  }

  void found_idle(connection& idle) {
    if (!shared_.dial.buggy) std::erase(free_, &idle);
    idle.peer.close([this, &idle] { std::erase(free_, &idle); });
  }

  twinloop::loop& loop_;
  story& shared_;
  noise noise_;
  std::deque<connection> all_;
  std::deque<connection*> free_;
  line_server server_;
};

class backend {
 public:
  backend(twinloop::loop& loop, story&)
      : server_(loop, [](line_peer& from, std::string_view line) { from.send("page " + std::string(line)); }) {
    (void)server_.listen(80);
  }

 private:
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  shared.backend = &world.add_host("backend");
  sim::host& server = world.add_host("server");
  start_daemon<backend>(*shared.backend, "backend", shared);
  start_daemon<proxy>(server, "proxy", shared);
  // Each client asks again after as long as a connection may be idle: the next request comes just before it ends.
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    start_client(world, dial, i, server, {{i * 1100us, "a"}, {i * 1100us + 1300us, "b"}, {i * 1100us + 2600us, "c"}});
  }
  world.run();
}

}  // namespace

extern const row b01;
const row b01{.id = "B01",
              .fixed_id = "B01.fixed",
              .name = "a request is given a pooled connection that is being closed",
              .origin = "agentkeepalive #23, #24, #57; Node #32000",
              .oracle = oracle,
              .depth = 2,
              .body = body_of<run>};

}  // namespace bugs
