// B25. Timers as asynchronous I/O libraries have them: when one expires, its completion is put on a queue, and cancel
// takes back only those that have not expired. A client gives each request a deadline, and cancels that when the reply
// comes. If the completion is already queued then, it still arrives, with success: the client believes that a request
// has timed out which it has finished and forgotten. The fix is in the handler: it asks whether the request still runs.
// Origin: asio #878.
#include <map>
#include <vector>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"
#include "scenarios/bugs/serve.hpp"

namespace bugs {
namespace {

using twinloop::errc;
constexpr const char* oracle = "B25.no_timeout_after_cancel";
constexpr std::uint32_t requests_each = 5;
constexpr std::chrono::microseconds answered_after{4600};
constexpr std::chrono::microseconds deadline{5000};  // with a packet that takes three times as long: the same moment

struct story {
  sim::world& world;
  const dials& dial;
  sim::host* server = nullptr;
};

/// Deadlines with a queue of completions of their own; a handler hears ok when its time came, or cancelled.
class deadline_service {
 public:
  using handler = std::function<void(errc)>;
  explicit deadline_service(twinloop::loop& loop)
      : loop_(loop),
        next_(
            loop, [this] { expire(); }, "deadline") {}

  std::uint64_t wait(twinloop::duration delay, handler completed) {
    waiting_.emplace(std::pair(loop_.now() + delay, ++last_), std::move(completed));
    next_.start_at(waiting_.begin()->first.first);
    return last_;
  }
  /// Whether it was in time: the handler hears of it as cancelled.
  bool cancel(std::uint64_t id) {
    for (auto each = waiting_.begin(); each != waiting_.end(); ++each) {
      if (each->first.second != id) continue;
      complete(std::move(each->second), errc::cancelled);
      waiting_.erase(each);
      return true;
    }
    return false;
  }

 private:
  void expire() {
    while (!waiting_.empty() && waiting_.begin()->first.first <= loop_.now()) {
      complete(std::move(waiting_.begin()->second), errc::ok);
      waiting_.erase(waiting_.begin());
    }
    if (!waiting_.empty()) next_.start_at(waiting_.begin()->first.first);
  }
  void complete(handler completed, errc how) {
    loop_.post([completed = std::move(completed), how] { completed(how); });
  }

  twinloop::loop& loop_;
  std::uint64_t last_ = 0;
  std::map<std::pair<twinloop::time_point, std::uint64_t>, handler> waiting_;
  twinloop::timer next_;
};

/// Sends one request after the other.
class impatient_client {
 public:
  impatient_client(twinloop::loop& loop, story& shared)
      : shared_(shared), noise_(loop, shared.dial), deadlines_(loop), server_(loop, "server") {
    server_.on_line([this](std::string_view reply) { answered(std::string(reply)); });
    server_.connect(shared.server->address(80), [this](errc) { ask(); });
  }

 private:
  void ask() {
    if (++asked_ > requests_each) return server_.close();
    const std::string request = "request " + std::to_string(asked_);
    running_[request] = deadlines_.wait(deadline, [this, request](errc how) {
      if (how != errc::cancelled) timed_out(request);
    });
    server_.send(request);
  }

  void answered(const std::string& request) {
    auto found = running_.find(request);
    if (found == running_.end()) return;  // it had timed out
    deadlines_.cancel(found->second);
    running_.erase(found);
    ask();
  }

  void timed_out(const std::string& request) {
    if (!shared_.dial.buggy && running_.count(request) == 0) return;
    shared_.world.check(running_.count(request) == 1, oracle, "a request that was answered has timed out afterwards");
    running_.erase(request);
    ask();
  }

  story& shared_;
  std::uint32_t asked_ = 0;
  std::map<std::string, std::uint64_t> running_;  // and their deadlines
  noise noise_;
  deadline_service deadlines_;
  line_peer server_;
};

/// Takes its time, which is nearly too long.
class slow_server {
 public:
  slow_server(twinloop::loop& loop, story&)
      : later_(loop), server_(loop, [this](line_peer& from, std::string_view request) {
          later_.after(
              answered_after, [this, to = from.id(), reply = std::string(request)] { server_.send(to, reply); },
              "answer");
        }) {
    (void)server_.listen(80);
  }

 private:
  background later_;
  line_server server_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial, &world.add_host("server")};
  start_daemon<slow_server>(*shared.server, "server", shared);
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    auto program = [&shared](twinloop::loop& loop, twinloop::arguments) {
      impatient_client running(loop, shared);
      loop.run();
      return 0;
    };
    add_client_host(world, dial, i, *shared.server).start("client", program);
  }
  world.run();
}

}  // namespace

extern const row b25;
const row b25{.id = "B25",
              .fixed_id = "B25.fixed",
              .name = "a timer is cancelled when its completion is already queued",
              .origin = "asio #878",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
