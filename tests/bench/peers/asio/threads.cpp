// wake, xpost and pool on Asio.
#include "peers/asio/settings.hpp"
// Asio reads its macros from above.
#include <asio.hpp>

#include "harness/handoff.hpp"
#include "harness/thread_workloads.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

class waker {
 public:
  std::function<void()> on_wake;
  void send() {
    asio::post(context_, [this] { on_wake(); });
  }
  void run() {
    auto guard = asio::make_work_guard(context_);
    context_.run();
  }

 private:
  asio::io_context context_{2};
};

class receiver {
 public:
  using item_type = item;
  std::function<void()> on_item;
  void post(item&) {
    asio::post(context_, [this] { on_item(); });
  }
  void run() {
    auto guard = asio::make_work_guard(context_);
    context_.run();
  }

 private:
  asio::io_context context_{2};
};

struct pool_job {
  asio::thread_pool* pool;
  asio::io_context* context;
  void start() const {
    asio::post(*pool, [self = *this] {
      asio::post(*self.context, [self] {
        bump();
        self.start();
      });
    });
  }
};

}  // namespace

void serve_threads(const arguments& given) {
  if (given.workload() == "wake") wake<waker>(given);
  if (given.workload() == "xpost") xpost<receiver>(given);
}

void serve_pool(const arguments& given) {
  if (given.workload() != "pool") return;
  const std::size_t threads = given.number("threads", 4), inflight = given.number("inflight", 1);
  std::thread([=] {
    pin_to_both();
    asio::io_context context(static_cast<int>(threads) + 1);
    asio::thread_pool pool(threads);
    auto guard = asio::make_work_guard(context);
    for (std::size_t i = 0; i < inflight; ++i) pool_job{&pool, &context}.start();
    context.run();
  }).detach();
  measure(given, fmt::format("pool-i{}-w{}", inflight, threads), "jobs/s");
}

}  // namespace bench::peer
