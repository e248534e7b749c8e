// wake and xpost on libev.
#include <ev.h>

#include "harness/handoff.hpp"
#include "harness/thread_workloads.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

class waker {
 public:
  std::function<void()> on_wake;
  waker() {
    ev_async_init(&async_, [](struct ev_loop*, ev_async* async, int) { static_cast<waker*>(async->data)->on_wake(); });
    async_.data = this;
    ev_async_start(loop_, &async_);
  }
  void send() { ev_async_send(loop_, &async_); }
  void run() { ev_run(loop_, 0); }

 private:
  struct ev_loop* loop_ = ev_loop_new(EVBACKEND_EPOLL);
  ev_async async_;
};

/// libev has no post: a queue of our own and one async watcher stand in.
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

}  // namespace

void serve_threads(const arguments& given) {
  if (given.workload() == "wake") wake<waker>(given);
  if (given.workload() == "xpost") xpost<receiver>(given);
}

}  // namespace bench::peer
