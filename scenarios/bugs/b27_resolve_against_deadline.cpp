// B27. A proxy looks its origin's name up on the pool, connects, and relays the reply. A deadline answers with an error
// if that takes too long; but the lookup goes on, and when it completes, the request is continued and answered a second
// time. The fix lets every later step ask whether the request has been answered.
// Origin: h2o #2661; the same in libevent #333.
#include <deque>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B27.one_response";
constexpr auto deadline = 2ms;
using addresses = twinloop::result<std::vector<twinloop::address>>;

struct story {
  sim::world& world;
  const dials& dial;
};

class proxy {
 public:
  proxy(twinloop::loop& loop, story& shared)
      : loop_(loop),
        shared_(shared),
        noise_(loop, shared.dial),
        server_(loop, [this](line_peer& from, std::string_view path) { start(from.id(), std::string(path)); }) {
    (void)server_.listen(80);
  }

 private:
  struct request {
    request(twinloop::loop& loop, proxy& owner)
        : resolver(loop, "origin name"),
          origin(loop, "origin"),
          deadline(
              loop, [this, &owner] { owner.respond(*this, "504 no answer in time"); }, "deadline") {}
    std::uint64_t client = 0;
    std::string path;
    std::uint32_t responses = 0;
    twinloop::resolver resolver;
    line_peer origin;
    twinloop::timer deadline;
  };

  void start(std::uint64_t client, std::string path) {
    request& made = requests_.emplace_back(loop_, *this);
    made.client = client;
    made.path = std::move(path);
    made.deadline.start(deadline);
    made.resolver.resolve("origin", 80, [this, &made](addresses found) {
      if (over(made)) return;
      if (!found || found->empty()) return respond(made, "502 no such origin");
      connect(made, found->front());
    });
  }

  void connect(request& of, const twinloop::address& origin) {
    of.origin.on_line([this, &of](std::string_view reply) {
      of.origin.close();
      if (!over(of)) respond(of, std::string(reply));
    });
    of.origin.connect(origin, [this, &of](errc error) {
      if (over(of)) return of.origin.close();
      if (error != errc::ok) return respond(of, "502 origin does not answer");
      of.origin.send(of.path);
    });
  }

  bool over(const request& asked) const { return !shared_.dial.buggy && asked.responses > 0; }

  void respond(request& to, std::string response) {
    to.deadline.stop();
    shared_.world.check(++to.responses == 1, oracle, "a request was answered again, with " + response);
    server_.send(to.client, std::move(response));
  }

  twinloop::loop& loop_;
  story& shared_;
  noise noise_;
  std::deque<request> requests_;
  line_server server_;
};

class origin_server {
 public:
  origin_server(twinloop::loop& loop, story&)
      : server_(loop, [](line_peer& from, std::string_view path) { from.send("200 " + std::string(path)); }) {
    (void)server_.listen(80);
  }

 private:
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  start_daemon<origin_server>(world.add_host("origin"), "origin", shared);
  sim::host& server = world.add_host("server");
  start_daemon<proxy>(server, "proxy", shared);
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    start_client(world, dial, i, server, {{i * 300us, "/a"}, {i * 300us + 5ms, "/b"}});
  }
  world.run();
}

}  // namespace

extern const row b27;
const row b27{.id = "B27",
              .fixed_id = "B27.fixed",
              .name = "a lookup completes after its request's deadline",
              .origin = "h2o #2661, libevent #333",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>,
              .kinds = sim::bit(sim::choice_kind::dns)};

}  // namespace bugs
