// A D-ary heap of events in an array: the least that a discrete-event simulation needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/random.hpp"

namespace bench::limit {

class world;

using event_key = wide_word;  // time in the high half, sequence number in the low one

struct event {
  event_key key;
  void (*run)(world&, void*);
  void* context;
};

template <unsigned Arity>
class event_queue {
 public:
  bool empty() const { return events_.empty(); }
  void clear() { events_.clear(); }

  void push(const event& pushed) {
    std::size_t place = events_.size();
    events_.push_back(pushed);
    while (place != 0) {
      const std::size_t parent = (place - 1) / Arity;
      if (!(pushed.key < events_[parent].key)) break;
      events_[place] = events_[parent];
      place = parent;
    }
    events_[place] = pushed;
  }

  event pop() {
    const event first = events_[0];
    const event moved = events_.back();
    events_.pop_back();
    const std::size_t size = events_.size();
    if (size == 0) return first;
    std::size_t place = 0;
    event* all = events_.data();
    for (;;) {
      const std::size_t child = place * Arity + 1;
      if (child >= size) break;
      std::size_t least = child;
      if (Arity == 4 && child + 3 < size) {  // a tournament without branches
        const std::size_t left = child + (all[child + 1].key < all[child].key);
        const std::size_t right = child + 2 + (all[child + 3].key < all[child + 2].key);
        least = all[right].key < all[left].key ? right : left;
      } else {
        for (std::size_t i = child + 1; i < size && i < child + Arity; ++i) {
          if (all[i].key < all[least].key) least = i;
        }
      }
      if (!(all[least].key < moved.key)) break;
      all[place] = all[least];
      place = least;
    }
    all[place] = moved;
    return first;
  }

 private:
  std::vector<event> events_;
};

}  // namespace bench::limit
