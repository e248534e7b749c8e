// A D-ary heap of timers in an array of (due, sequence, timer), after the textbook.
// Indexed: with a back index, so that timers can be cancelled. Lazy: re-arming to a later time only writes to the
// timer; its entry moves when it comes up.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/random.hpp"

namespace bench::peer {

using heap_key = wide_word;  // due time in the high half, sequence number in the low one
inline heap_key make_key(std::uint64_t due, std::uint64_t sequence) {
  return static_cast<heap_key>(due) << 64 | sequence;
}

struct heap_timer {
  heap_key due;
  void (*on_fire)(heap_timer&);
  std::uint32_t place;
};

template <unsigned Arity, bool Indexed = true, bool Lazy = false>
class timer_heap {
 public:
  using timer = heap_timer;
  void start_at(std::uint64_t) {}

  void add(timer& added, std::uint64_t due) {
    added.due = make_key(due, sequence_++);
    entries_.emplace_back();
    move_up(entries_.size() - 1, entry{added.due, &added});
  }

  void rearm(timer& moved, std::uint64_t due) {
    const heap_key key = make_key(due, sequence_++);
    if (Lazy && key > moved.due) {
      moved.due = key;
      return;
    }
    moved.due = key;
    const std::size_t place = moved.place;
    if (place != 0 && key < entries_[(place - 1) / Arity].key) {
      move_up(place, entry{key, &moved});
    } else {
      move_down(place, entry{key, &moved});
    }
  }

  void run_due(std::uint64_t now) {
    const heap_key limit = make_key(now + 1, 0);
    while (!entries_.empty() && entries_[0].key < limit) {
      timer* first = entries_[0].owner;
      if (Lazy && first->due != entries_[0].key) {
        move_down(0, entry{first->due, first});
        continue;
      }
      remove_first();
      first->on_fire(*first);
    }
  }

 private:
  struct entry {
    heap_key key;
    timer* owner;
  };

  void put(std::size_t place, const entry& written) {
    entries_[place] = written;
    if (Indexed) written.owner->place = static_cast<std::uint32_t>(place);
  }
  void move_up(std::size_t place, entry moved) {
    while (place != 0) {
      const std::size_t parent = (place - 1) / Arity;
      if (!(moved.key < entries_[parent].key)) break;
      put(place, entries_[parent]);
      place = parent;
    }
    put(place, moved);
  }
  void move_down(std::size_t place, entry moved) {
    const std::size_t size = entries_.size();
    for (;;) {
      const std::size_t child = place * Arity + 1;
      if (child >= size) break;
      const std::size_t least = least_child(entries_.data(), child, size);
      if (!(entries_[least].key < moved.key)) break;
      put(place, entries_[least]);
      place = least;
    }
    put(place, moved);
  }
  static std::size_t least_child(const entry* all, std::size_t child, std::size_t size) {
    if (Arity == 4 && child + 3 < size) {  // a tournament without branches
      const std::size_t left = child + (all[child + 1].key < all[child].key);
      const std::size_t right = child + 2 + (all[child + 3].key < all[child + 2].key);
      return all[right].key < all[left].key ? right : left;
    }
    if (Arity == 2 && child + 1 < size) return child + (all[child + 1].key < all[child].key);
    std::size_t least = child;
    for (std::size_t i = child + 1; i < size && i < child + Arity; ++i) {
      if (all[i].key < all[least].key) least = i;
    }
    return least;
  }
  void remove_first() {
    const entry last = entries_.back();
    entries_.pop_back();
    if (!entries_.empty()) move_down(0, last);
  }

  std::vector<entry> entries_;
  std::uint64_t sequence_ = 0;
};

}  // namespace bench::peer
