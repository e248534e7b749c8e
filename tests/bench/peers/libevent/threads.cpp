// wake and xpost on libevent: event_active from another thread on a lockable base, the documented wakeup.
#include "harness/handoff.hpp"
#include "harness/thread_workloads.hpp"
#include "peers/libevent/base.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

class waker {
 public:
  std::function<void()> on_wake;
  waker() {
    auto woken = [](int, short, void* self) { static_cast<waker*>(self)->on_wake(); };
    event_ = event_new(base_, -1, EV_PERSIST, woken, this);
    event_add(event_, nullptr);
  }
  void send() { event_active(event_, EV_READ, 0); }
  void run() { event_base_loop(base_, EVLOOP_NO_EXIT_ON_EMPTY); }

 private:
  event_base* base_ = make_base(true);
  event* event_;
};

/// libevent has no post: a queue of our own and one event stand in.
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
