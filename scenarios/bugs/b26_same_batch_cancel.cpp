// B26. A server keeps its timers in a queue of its own: all that are due are taken out into a list and then called one
// after the other. Who does not log in in time is dropped by a timer, which cancels the session's heartbeat and frees
// what that needs. If both were due together, the heartbeat is in the list already, and runs. The fix asks before each
// call whether the timer was cancelled meanwhile.
// Origin: muduo #668, #682.
#include <map>
#include <set>
#include <vector>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

constexpr const char* oracle = "B26.cancelled_timer_never_runs";
constexpr auto login_timeout = 5ms;
constexpr auto heartbeat_period = 6ms;

struct story {
  sim::world& world;
  const dials& dial;
  sim::host* server = nullptr;
};

class timer_queue {
 public:
  using callback = std::function<void()>;
  timer_queue(twinloop::loop& loop, bool buggy)
      : loop_(loop),
        buggy_(buggy),
        next_(
            loop, [this] { run_due(); }, "timer queue") {}

  std::uint64_t add(twinloop::duration delay, callback run) {
    timers_.emplace(std::pair(loop_.now() + delay, ++last_), std::move(run));
    next_.start_at(timers_.begin()->first.first);
    return last_;
  }
  void cancel(std::uint64_t id) {
    std::erase_if(timers_, [id](const auto& each) { return each.first.second == id; });
    cancelled_.insert(id);
  }

 private:
  void run_due() {
    std::vector<std::pair<std::uint64_t, callback>> due;
    while (!timers_.empty() && timers_.begin()->first.first <= loop_.now()) {
      due.emplace_back(timers_.begin()->first.second, std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
    cancelled_.clear();
    for (auto& [id, run] : due) {
      if (!buggy_ && cancelled_.count(id) != 0) continue;
      run();
    }
    if (!timers_.empty()) next_.start_at(timers_.begin()->first.first);
  }

  twinloop::loop& loop_;
  bool buggy_;
  std::uint64_t last_ = 0;
  std::map<std::pair<twinloop::time_point, std::uint64_t>, callback> timers_;
  std::set<std::uint64_t> cancelled_;  // since the batch began
  twinloop::timer next_;
};

class session_server {
 public:
  session_server(twinloop::loop& loop, story& shared)
      : shared_(shared),
        noise_(loop, shared.dial),
        timers_(loop, shared.dial.buggy),
        server_(loop, [](line_peer&, std::string_view) {}) {
    server_.on_peer([this](line_peer& from) { open(from.id()); });
    server_.on_gone([this](line_peer& gone) { end(gone.id()); });
    (void)server_.listen(80);
  }

 private:
  struct session {
    std::uint64_t login = 0;
    std::uint64_t heartbeat = 0;
  };

  void open(std::uint64_t client) {
    sessions_[client].login = timers_.add(login_timeout, [this, client] { drop(client); });
    beat_later(client);
  }

  void beat_later(std::uint64_t client) {
    sessions_[client].heartbeat = timers_.add(heartbeat_period, [this, client] {
      const bool alive = sessions_.count(client) == 1;
      shared_.world.check(alive, oracle, "the heartbeat of a session ran after the session had cancelled it");
      if (!alive) return;
      server_.send(client, "still there?");
      beat_later(client);
    });
  }

  void drop(std::uint64_t client) {
    line_peer* peer = server_.find(client);
    end(client);
    if (peer != nullptr) peer->close();
  }

  void end(std::uint64_t client) {
    auto found = sessions_.find(client);
    if (found == sessions_.end()) return;
    timers_.cancel(found->second.login);
    timers_.cancel(found->second.heartbeat);
    sessions_.erase(found);
  }

  story& shared_;
  std::map<std::uint64_t, session> sessions_;
  noise noise_;
  timer_queue timers_;
  line_server server_;
};

/// Connects after a while, says nothing, and ends when it is dropped.
int run_silent_client(twinloop::loop& loop, const story& shared, twinloop::duration pause) {
  line_peer peer(loop, "silent");
  background later(loop);
  later.after(
      pause, [&] { peer.connect(shared.server->address(80), [](twinloop::errc) {}); }, "pause");
  loop.run();
  return 0;
}

void run(sim::world& world, const dials& dial) {
  story shared{world, dial, &world.add_host("server")};
  start_daemon<session_server>(*shared.server, "server", shared);
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    auto program = [&shared, i](twinloop::loop& loop, twinloop::arguments) {
      return run_silent_client(loop, shared, i * 300us);
    };
    add_client_host(world, dial, i, *shared.server).start("client", program);
  }
  world.run();
}

}  // namespace

extern const row b26;
const row b26{.id = "B26",
              .fixed_id = "B26.fixed",
              .name = "a timer cancels another one of the same batch",
              .origin = "muduo #668, #682",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
