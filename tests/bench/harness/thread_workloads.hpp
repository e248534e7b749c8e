// The workloads between threads: wake and xpost.
#pragma once

#include <fmt/format.h>
#include <sched.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "harness/affinity.hpp"
#include "harness/report.hpp"

namespace bench {

/// Two loops wake each other; round trips. mode=same: both on one CPU, mode=cross: on two. A Waker has send() (any
/// thread), on_wake (called on its own thread after each send) and run().
template <class Waker>
[[noreturn]] void wake(const arguments& given) {
  const bool cross = given.text("mode", "cross") == "cross";
  static std::atomic<Waker*> first{nullptr}, second{nullptr};
  std::thread([] {
    pin(0);
    Waker waker;
    waker.on_wake = [] {
      bump();
      second.load(std::memory_order_relaxed)->send();
    };
    first = &waker;
    waker.run();
  }).detach();
  std::thread([cross] {
    pin(cross ? 1 : 0);
    Waker waker;
    waker.on_wake = [] { first.load(std::memory_order_relaxed)->send(); };
    second = &waker;
    while (first.load() == nullptr) sched_yield();
    first.load()->send();
    waker.run();
  }).detach();
  measure(given, fmt::format("wake-{}", cross ? "cross" : "same"), "rt/s");
}

/// Items handed from a thread to a loop, at most `window` of them on the way. A Receiver has item_type, post(item&)
/// (any thread), on_item (on its own thread) and run().
template <class Receiver>
[[noreturn]] void xpost(const arguments& given) {
  const std::size_t window = given.number("window", 1024);
  static std::atomic<Receiver*> receiver{nullptr};
  static std::atomic<std::uint64_t> done{0};
  std::thread([] {
    pin(0);
    Receiver made;
    made.on_item = [] {
      bump();
      done.store(done.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    };
    receiver = &made;
    made.run();
  }).detach();
  std::thread([window] {
    pin(1);
    while (receiver.load() == nullptr) sched_yield();
    Receiver& target = *receiver.load();
    std::vector<typename Receiver::item_type> items(window);
    for (std::uint64_t sent = 0;; ++sent) {
      while (sent - done.load(std::memory_order_acquire) >= window) sched_yield();
      target.post(items[sent % window]);
    }
  }).detach();
  measure(given, fmt::format("xpost-w{}", window), "items/s");
}

}  // namespace bench
