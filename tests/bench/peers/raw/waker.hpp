// Wakeups by eventfd. et=1 (default): watched edge-triggered and never read, which saves a system call per wakeup;
// et=0: level-triggered, read each time.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>

#include "harness/handoff.hpp"
#include "peers/raw/loop.hpp"

namespace bench::peer {

inline bool edge_triggered = true;

class event_descriptor {
 public:
  void signal() {
    std::uint64_t one = 1;
    if (write(descriptor_, &one, sizeof one) != sizeof one) fail("eventfd");
  }
  bool take() {
    std::uint64_t count;
    return edge_triggered || read(descriptor_, &count, sizeof count) == sizeof count;
  }
  static std::uint32_t events() { return edge_triggered ? EPOLLIN | EPOLLET : EPOLLIN; }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
};

/// A loop that other threads wake.
class waker {
 public:
  std::function<void()> on_wake;

  void send() {
    if (!pending_.exchange(true, std::memory_order_acq_rel)) event_.signal();
  }
  void run() {
    watch_.self = this;
    loop_.add(watch_, event_descriptor::events());
    loop_.run();
  }

 private:
  struct watched_by : watched {
    waker* self = nullptr;
  };
  static void woken(loop&, watched& event) {
    waker& self = *static_cast<watched_by&>(event).self;
    if (!self.event_.take()) return;
    self.pending_.store(false, std::memory_order_release);
    self.on_wake();
  }

  event_descriptor event_;
  loop loop_;
  std::atomic<bool> pending_{false};
  watched_by watch_{{event_.descriptor(), woken}};
};

/// A loop that other threads hand items to; `Item` derives from item. `Consume` is called with each, `After` after
/// each batch.
template <class Item, class Consume, class After>
class receiver {
 public:
  receiver(Consume consume, After after) : consume_(consume), after_(after) {}

  void post(item& posted) { post_chain(&posted, &posted); }
  void post_chain(item* newest, item* oldest) {
    if (queue_.push_chain(newest, oldest)) event_.signal();
  }
  void run() {
    watch_.self = this;
    loop_.add(watch_, event_descriptor::events());
    loop_.run();
  }

 private:
  struct watched_by : watched {
    receiver* self = nullptr;
  };
  static void woken(loop&, watched& event) {
    receiver& self = *static_cast<watched_by&>(event).self;
    if (!self.event_.take()) return;
    self.queue_.take_all([&self](item* taken) { self.consume_(*static_cast<Item*>(taken)); });
    self.after_();
  }

  event_descriptor event_;
  loop loop_;
  handoff queue_;
  Consume consume_;
  After after_;
  watched_by watch_{{event_.descriptor(), woken}};
};

}  // namespace bench::peer
