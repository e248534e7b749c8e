// Handing items from any thread to one consumer: the queue that peers without a post of their own are given.
#pragma once

#include <atomic>

namespace bench {

struct item {
  std::atomic<item*> next{nullptr};
};

/// Producers push one item or a chain each; the single consumer takes all, oldest first.
class handoff {
 public:
  /// True: it was empty, so the consumer has to be woken.
  bool push(item* pushed) { return push_chain(pushed, pushed); }
  bool push_chain(item* newest, item* oldest) {
    item* head = head_.load(std::memory_order_relaxed);
    do {
      oldest->next.store(head, std::memory_order_relaxed);
    } while (!head_.compare_exchange_weak(head, newest, std::memory_order_release, std::memory_order_relaxed));
    return head == nullptr;
  }

  /// Calls `consume` with each, oldest first.
  template <class Consumer>
  void take_all(Consumer consume) {
    item* newest = head_.exchange(nullptr, std::memory_order_acquire);
    item* oldest = nullptr;
    while (newest != nullptr) {
      item* next = newest->next.load(std::memory_order_relaxed);
      newest->next.store(oldest, std::memory_order_relaxed);
      oldest = newest;
      newest = next;
    }
    while (oldest != nullptr) {
      item* next = oldest->next.load(std::memory_order_relaxed);
      consume(oldest);
      oldest = next;
    }
  }

 private:
  alignas(64) std::atomic<item*> head_{nullptr};
};

}  // namespace bench
