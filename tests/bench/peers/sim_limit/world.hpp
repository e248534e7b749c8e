// What a discrete-event simulation can cost at least: a hand-written loop over a heap of (time, sequence, function,
// context) and an intrusive FIFO for "now". Nodes exchange packets; nothing else is modelled.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "peers/sim_limit/event_queue.hpp"
#include "peers/sim_limit/free_list.hpp"

#ifndef BENCH_HEAP_ARITY
#define BENCH_HEAP_ARITY 4
#endif

namespace bench::limit {

inline constexpr std::uint64_t millisecond = 1'000'000;
inline constexpr std::uint32_t message_size = 64;

struct packet {
  packet* next;
  std::uint32_t target;
  std::uint32_t size;
  char bytes[message_size];
};

struct node {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint32_t id = 0;
  void (*on_packet)(world&, node&, packet*) = nullptr;
  char in[message_size];
};

class world {
 public:
  using callback = void (*)(world&, void*);

  std::vector<node> nodes;
  random_numbers random{1};

  std::uint64_t now() const { return now_; }
  std::uint64_t events() const { return events_; }

  void at(std::uint64_t time, callback run, void* context) {
    queue_.push({static_cast<event_key>(time) << 64 | sequence_++, run, context});
  }
  void post(callback run, void* context) {
    task* added = tasks_.take();
    *added = {nullptr, run, context};
    *end_ = added;
    end_ = &added->next;
  }
  void run() {
    drain();
    while (!queue_.empty()) {
      const event due = queue_.pop();
      now_ = static_cast<std::uint64_t>(due.key >> 64);
      ++events_;
      due.run(*this, due.context);
      drain();
    }
  }
  void clear() { queue_.clear(); }

  /// Copies the bytes and delivers them after `delay`: one event for the arrival at the fake kernel, one posted
  /// callback for the receiver.
  void send(std::uint32_t target, const char* bytes, std::uint64_t delay) {
    packet* sent = packets_.take();
    sent->target = target;
    sent->size = message_size;
    std::memcpy(sent->bytes, bytes, message_size);
    at(
        now_ + delay, [](world& self, void* arrived) { self.post(deliver, arrived); }, sent);
  }
  void give_back(packet* received) { packets_.give_back(received); }

 private:
  struct task {
    task* next;
    callback run;
    void* context;
  };

  static void deliver(world& self, void* arrived) {
    packet* received = static_cast<packet*>(arrived);
    node& target = self.nodes[received->target];
    std::memcpy(target.in, received->bytes, received->size);
    target.on_packet(self, target, received);
  }
  void drain() {
    while (task* current = first_) {
      first_ = current->next;
      if (first_ == nullptr) end_ = &first_;
      const task copy = *current;
      tasks_.give_back(current);
      ++events_;
      copy.run(*this, copy.context);
    }
  }

  event_queue<BENCH_HEAP_ARITY> queue_;
  std::uint64_t now_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t events_ = 0;
  task* first_ = nullptr;
  task** end_ = &first_;
  free_list<task, 64> tasks_;
  free_list<packet, 64> packets_;
};

}  // namespace bench::limit
