// B15. A server listens at once and opens its database meanwhile; a request that comes before the database is there
// uses a handle that is not set yet. The fix lets requests wait until it is. Origin: mongo-express #499, #500.
#include <vector>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B15.no_request_before_the_database";

struct story {
  sim::world& world;
  const dials& dial;
  sim::host* database = nullptr;
};

class web_server {
 public:
  web_server(twinloop::loop& loop, story& shared)
      : shared_(shared),
        noise_(loop, shared.dial),
        connection_(loop, "database"),
        server_(loop, [this](line_peer& from, std::string_view) { request(from.id()); }) {
    (void)server_.listen(80);
    connection_.on_line([this](std::string_view) { opened(); });
    connection_.connect(shared.database->address(80), [this](errc) { connection_.send("open"); });
  }

 private:
  void opened() {
    database_ = &connection_;
    for (std::uint64_t each : std::exchange(waiting_, {})) serve(each);
  }

  void request(std::uint64_t client) {
    if (!shared_.dial.buggy && database_ == nullptr) return waiting_.push_back(client);
    serve(client);
  }

  void serve(std::uint64_t client) {
    shared_.world.check(database_ != nullptr, oracle, "a request uses the database before it is open");
    server_.send(client, "collections");
  }

  story& shared_;
  line_peer* database_ = nullptr;  // set once it is open
  std::vector<std::uint64_t> waiting_;
  noise noise_;
  line_peer connection_;
  line_server server_;
};

class database {
 public:
  database(twinloop::loop& loop, story&)
      : server_(loop, [](line_peer& from, std::string_view) { from.send("opened"); }) {
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
  start_daemon<web_server>(server, "web", shared);
  for (std::uint32_t i = 0; i < dial.clients; ++i) start_client(world, dial, i, server, {{400us + i * 200us, "index"}});
  world.run();
}

}  // namespace

extern const row b15;
const row b15{.id = "B15",
              .fixed_id = "B15.fixed",
              .name = "a request comes before the database is open",
              .origin = "mongo-express #499, #500",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
