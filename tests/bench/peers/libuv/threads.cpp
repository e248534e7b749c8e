// wake, xpost and pool on libuv.
#include "harness/handoff.hpp"
#include "harness/thread_workloads.hpp"
#include "peers/libuv/check.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

class waker {
 public:
  std::function<void()> on_wake;
  waker() {
    check(uv_loop_init(&loop_), "uv_loop_init");
    auto woken = [](uv_async_t* async) { static_cast<waker*>(async->data)->on_wake(); };
    check(uv_async_init(&loop_, &async_, woken), "uv_async_init");
    async_.data = this;
  }
  void send() { uv_async_send(&async_); }
  void run() { uv_run(&loop_, UV_RUN_DEFAULT); }

 private:
  uv_loop_t loop_;
  uv_async_t async_;
};

/// libuv has no post: a queue of our own and one async handle stand in.
class receiver {
 public:
  using item_type = item;
  std::function<void()> on_item;
  receiver() {
    waker_.on_wake = [this] { queue_.take_all([this](item*) { on_item(); }); };
  }
  void post(item& posted) {
    if (queue_.push(&posted)) waker_.send();
  }
  void run() { waker_.run(); }

 private:
  handoff queue_;
  waker waker_;
};

void nothing(uv_work_t*) {}

void again(uv_work_t* request, int) {
  bump();
  uv_queue_work(request->loop, request, nothing, again);
}

}  // namespace

void serve_threads(const arguments& given) {
  if (given.workload() == "wake") wake<waker>(given);
  if (given.workload() == "xpost") xpost<receiver>(given);
}

void serve_pool(const arguments& given) {
  if (given.workload() != "pool") return;
  const std::size_t threads = given.number("threads", 4), inflight = given.number("inflight", 1);
  setenv("UV_THREADPOOL_SIZE", std::to_string(threads).c_str(), 1);
  std::thread([=] {
    pin_to_both();
    uv_loop_t loop;
    uv_loop_init(&loop);
    std::vector<uv_work_t> requests(inflight);
    for (uv_work_t& request : requests) uv_queue_work(&loop, &request, nothing, again);
    uv_run(&loop, UV_RUN_DEFAULT);
  }).detach();
  measure(given, fmt::format("pool-i{}-w{}", inflight, threads), "jobs/s");
}

}  // namespace bench::peer
