// B30. A web application keeps its connections to a cache in a pool. A request that takes too long is cancelled: its
// question has been sent, its reply not yet read, and the connection goes back to the pool. Whoever gets it next reads
// the reply to somebody else's question, and so does everybody after them. The fix closes such a connection.
// Origin: redis-py #2624, #2641, #2665, which showed users of a public service other users' data.
#include <deque>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B30.reply_of_another_request";
constexpr auto deadline = 1ms;

struct story {
  sim::world& world;
  const dials& dial;
  sim::host* cache = nullptr;
};

/// A connection to the cache: one question at a time, replies kept until somebody reads.
class cache_connection {
 public:
  cache_connection(twinloop::loop& loop, const twinloop::address& cache) : peer_(loop, "cache") {
    peer_.on_line([this](std::string_view reply) {
      unread_.emplace_back(reply);
      deliver();
    });
    peer_.connect(cache, [this](errc error) {
      connected_ = error == errc::ok;
      if (connected_ && reader_) peer_.send(question_);
    });
  }

  void ask(std::string question, std::function<void(std::string)> reader) {
    question_ = std::move(question);
    reader_ = std::move(reader);
    if (connected_) peer_.send(question_);
    deliver();
  }
  /// Nobody waits for the reply any more.
  void stop_reading() { reader_ = nullptr; }
  void close() { peer_.close(); }

 private:
  void deliver() {
    if (!reader_ || unread_.empty()) return;
    const std::string reply = std::move(unread_.front());
    unread_.pop_front();
    std::exchange(reader_, nullptr)(reply);
  }

  bool connected_ = false;
  std::string question_;
  std::deque<std::string> unread_;
  std::function<void(std::string)> reader_;
  line_peer peer_;
};

class application {
 public:
  application(twinloop::loop& loop, story& shared)
      : loop_(loop),
        shared_(shared),
        noise_(loop, shared.dial),
        server_(loop, [this](line_peer& from, std::string_view user) {
          requests_.emplace_back(*this, from.id(), std::string(user)).start();
        }) {
    (void)server_.listen(80);
  }

 private:
  struct request {
    request(application& of, std::uint64_t from, std::string whose)
        : owner(of),
          client(from),
          user(std::move(whose)),
          timer(
              of.loop_, [this] { cancel(); }, "deadline") {}

    void start() {
      connection = owner.take_connection();
      timer.start(deadline);
      connection->ask(user, [this](const std::string& reply) { answer(reply); });
    }
    void answer(const std::string& reply) {
      timer.stop();
      owner.shared_.world.check(reply == "data of " + user, oracle, user + " was given \"" + reply + "\"");
      owner.free_.push_back(connection);
      owner.server_.send(client, reply);
    }
    void cancel() {
      connection->stop_reading();
      if (owner.shared_.dial.buggy) {
        owner.free_.push_back(connection);
      } else {
        connection->close();
      }
      owner.server_.send(client, "try again later");
    }

    application& owner;
    std::uint64_t client;
    std::string user;
    cache_connection* connection = nullptr;
    twinloop::timer timer;
  };

  cache_connection* take_connection() {
    if (free_.empty()) return &connections_.emplace_back(loop_, shared_.cache->address(80));
    cache_connection* taken = free_.front();
    free_.pop_front();
    return taken;
  }

  twinloop::loop& loop_;
  story& shared_;
  noise noise_;
  std::deque<cache_connection> connections_;
  std::deque<cache_connection*> free_;
  std::deque<request> requests_;
  line_server server_;
};

class cache_server {
 public:
  cache_server(twinloop::loop& loop, story&)
      : server_(loop, [](line_peer& from, std::string_view user) { from.send("data of " + std::string(user)); }) {
    (void)server_.listen(80);
  }

 private:
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial, &world.add_host("cache")};
  start_daemon<cache_server>(*shared.cache, "cache", shared);
  sim::host& server = world.add_host("server");
  start_daemon<application>(server, "application", shared);
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    const std::string user = "user-" + std::to_string(i);
    start_client(world, dial, i, server, {{i * 700us, user}, {i * 700us + 1500us, user}});
  }
  world.run();
}

}  // namespace

extern const row b30;
const row b30{.id = "B30",
              .fixed_id = "B30.fixed",
              .name = "a cancelled request leaves its reply to the next one",
              .origin = "redis-py #2624, #2641, #2665",
              .oracle = oracle,
              .depth = 2,
              .body = body_of<run>};

}  // namespace bugs
