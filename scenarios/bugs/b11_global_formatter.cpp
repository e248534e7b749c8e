// B11. A web application lets a request ask for indented output by setting the application's formatter, waits for its
// database, and renders. Another request that comes in between sets the formatter as it wants it, and the first is
// rendered as the second asked. The fix keeps the format with the request.
// Origin: express #3536.
#include <deque>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B11.response_has_requested_format";

struct story {
  sim::world& world;
  const dials& dial;
  sim::host* database = nullptr;
};

class application {
 public:
  application(twinloop::loop& loop, story& shared)
      : shared_(shared),
        noise_(loop, shared.dial),
        database_(loop, "database"),
        server_(loop, [this](line_peer& from, std::string_view format) { request(from.id(), format); }) {
    database_.on_line([this](std::string_view document) { render(document); });
    database_.connect(shared.database->address(80), [this](errc) { (void)server_.listen(80); });
  }

 private:
  struct waiting_request {
    std::uint64_t client;
    std::string format;
  };

  void request(std::uint64_t client, std::string_view format) {
    formatter_ = format;
    waiting_.push_back({client, std::string(format)});
    database_.send("find");
  }

  void render(std::string_view document) {
    const waiting_request next = std::move(waiting_.front());
    waiting_.pop_front();
    const std::string& format = shared_.dial.buggy ? formatter_ : next.format;
    server_.send(next.client, format + " " + std::string(document));
  }

  story& shared_;
  std::string formatter_;  // the application's setting
  std::deque<waiting_request> waiting_;
  noise noise_;
  line_peer database_;
  line_server server_;
};

class database {
 public:
  database(twinloop::loop& loop, story&)
      : server_(loop, [](line_peer& from, std::string_view) { from.send("document"); }) {
    (void)server_.listen(80);
  }

 private:
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  shared.database = &world.add_host("database");
  sim::host& server = world.add_host("server");
  start_daemon<database>(*shared.database, "database", shared);
  start_daemon<application>(server, "application", shared);
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    const std::string format = i % 2 == 0 ? "pretty" : "plain";
    start_client(
        world, dial, i, server, {{1500us + i * 400us, format}}, [&world, format](std::size_t, std::string_view reply) {
          world.check(reply == format + " document", oracle, "asked for " + format + ", got " + std::string(reply));
        });
  }
  world.run();
}

}  // namespace

extern const row b11;
const row b11{.id = "B11",
              .fixed_id = "B11.fixed",
              .name = "a response is rendered with another request's format",
              .origin = "express #3536",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
