// B19. A worker waits in a blocking "give me the next job". When it is told to shut down it has no job, so it reports
// that it is done and closes its connection; the job that the queue has just taken out for it is lost. The fix counts
// a fetch under way as work: it is cancelled, and only the answer to that ends the worker.
// Origin: kue #406, #538, #1144, fixed in 4fc471b.
#include <deque>

#include "scenarios/bugs/client.hpp"
#include "scenarios/bugs/lines.hpp"
#include "scenarios/bugs/noise.hpp"

namespace bugs {
namespace {

constexpr const char* oracle = "B19.no_job_is_lost";

struct story {
  sim::world& world;
  dials dial;
  std::deque<std::string> queued{};
  std::uint32_t accepted = 0;  // by the queue
  std::uint32_t done = 0;      // by the worker
};

/// Takes jobs from producers and gives each to whoever waits for one.
class queue_server {
 public:
  queue_server(twinloop::loop& loop, story& shared)
      : shared_(shared), server_(loop, [this](line_peer& from, std::string_view line) { handle(from, line); }) {
    server_.on_gone([this](line_peer& gone) {
      if (waiting_ == gone.id()) waiting_ = 0;
    });
    (void)server_.listen(80);
  }

 private:
  void handle(line_peer& from, std::string_view line) {
    if (line == "pop") {
      waiting_ = from.id();
    } else if (line == "cancel") {
      if (std::exchange(waiting_, 0) == from.id()) from.send("none");
    } else {
      shared_.queued.emplace_back(line);
      ++shared_.accepted;
      from.send("queued");
    }
    if (waiting_ == 0 || shared_.queued.empty()) return;
    server_.send(std::exchange(waiting_, 0), shared_.queued.front());
    shared_.queued.pop_front();
  }

  story& shared_;
  std::uint64_t waiting_ = 0;  // the worker that waits for a job; 0 = none
  line_server server_;
};

class worker {
 public:
  worker(twinloop::loop& loop, const twinloop::address& queue, story& shared)
      : shared_(shared), later_(loop), noise_(loop, shared.dial), queue_(loop, "queue") {
    queue_.on_line([this](std::string_view line) { take(line); });
    queue_.connect(queue, [this](twinloop::errc error) {
      if (error == twinloop::errc::ok) fetch();
    });
    // Two jobs from each client, each 230 us with the way there and back: by now the worker has nothing to do.
    const twinloop::duration shutdown_at = 1500us + shared.dial.clients * 500us;
    later_.after(
        shutdown_at, [this] { shut_down(); }, "shutdown");
  }

 private:
  void fetch() {
    if (stopping_) return queue_.close();
    fetching_ = true;
    queue_.send("pop");
  }

  void take(std::string_view line) {
    fetching_ = false;
    if (line == "none") return queue_.close();
    working_ = true;
    later_.on_pool(
        "job", [](twinloop::job& job) { (void)job.list("/"); },
        [this] {
          working_ = false;
          ++shared_.done;
          fetch();
        });
  }

  void shut_down() {
    stopping_ = true;
    if (working_) return;  // closes when the job is done
    if (fetching_ && !shared_.dial.buggy) return queue_.send("cancel");
    queue_.close();
  }

  story& shared_;
  bool fetching_ = false;
  bool working_ = false;
  bool stopping_ = false;
  background later_;
  noise noise_;
  line_peer queue_;
};

void run(sim::world& world, const dials& dial) {
  story shared{world, dial};
  sim::host& server = world.add_host("server");
  auto queue = [&shared](twinloop::loop& loop, twinloop::arguments) {
    queue_server running(loop, shared);
    loop.run();
    return 0;
  };
  server.start("queue", queue, {}, {.daemon = true});
  auto work = [&shared, &server](twinloop::loop& loop, twinloop::arguments) {
    worker running(loop, server.address(80), shared);
    loop.run();
    return 0;
  };
  world.add_host("worker").start("worker", work);
  for (std::uint32_t i = 0; i < dial.clients; ++i) {
    start_client(world, dial, i, server, {{i * 100us, "job a"}, {1ms + i * 100us, "job b"}});
  }
  world.run();
  world.check(shared.accepted == shared.done + shared.queued.size(), oracle, "a job left the queue and was never done");
}

}  // namespace

extern const row b19;
const row b19{.id = "B19",
              .fixed_id = "B19.fixed",
              .name = "a worker shuts down while a job is on its way to it",
              .origin = "kue #406, #538, #1144, 4fc471b",
              .oracle = oracle,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
