// Hierarchical timing wheels (Varghese and Lauck 1987): 1 ms ticks, four levels of 256 slots. Neither keeps the order
// of timers within a tick.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench::peer {

inline constexpr unsigned wheel_levels = 4;
inline constexpr unsigned wheel_slots = 256;

/// The slot for `due` when the wheel stands at `tick`.
inline std::size_t wheel_slot(std::uint64_t due, std::uint64_t tick) {
  const std::uint64_t effective = due < tick ? tick : due;
  const std::uint64_t apart = effective ^ tick;
  const unsigned level = apart < 256 ? 0 : apart < 65536 ? 1 : apart < 16777216 ? 2 : 3;
  return level * wheel_slots + ((effective >> (8 * level)) & 255);
}

/// Slots are linked lists: arming, cancelling and firing are O(1).
class list_wheel {
 public:
  struct timer {
    timer* next;
    timer** back;  // whatever points at this timer
    std::uint64_t due;
    void (*on_fire)(timer&);
  };

  void start_at(std::uint64_t tick) { tick_ = tick; }
  void add(timer& added, std::uint64_t due) {
    added.due = due;
    link(added);
  }
  void rearm(timer& moved, std::uint64_t due) {
    unlink(moved);
    add(moved, due);
  }
  void run_due(std::uint64_t now) {
    for (; tick_ <= now; ++tick_) {
      for (unsigned level = 1; level < wheel_levels && ((tick_ >> (8 * (level - 1))) & 255) == 0; ++level) {
        timer*& slot = slots_[level * wheel_slots + ((tick_ >> (8 * level)) & 255)];
        timer* moved = slot;
        slot = nullptr;
        while (moved != nullptr) {
          timer* next = moved->next;
          link(*moved);
          moved = next;
        }
      }
      timer*& due = slots_[tick_ & 255];
      while (timer* fired = due) {
        unlink(*fired);
        fired->on_fire(*fired);
      }
    }
  }

 private:
  void link(timer& linked) {
    timer*& slot = slots_[wheel_slot(linked.due, tick_)];
    linked.back = &slot;
    linked.next = slot;
    if (slot != nullptr) slot->back = &linked.next;
    slot = &linked;
  }
  static void unlink(timer& unlinked) {
    *unlinked.back = unlinked.next;
    if (unlinked.next != nullptr) unlinked.next->back = unlinked.back;
  }

  std::vector<timer*> slots_{wheel_levels * wheel_slots, nullptr};
  std::uint64_t tick_ = 0;
};

/// Slots are arrays of (due, timer, generation): arming appends, cancelling bumps the timer's generation, firing walks
/// an array and prefetches.
class array_wheel {
 public:
  struct timer {
    std::uint64_t generation = 0;
    void (*on_fire)(timer&) = nullptr;
  };

  void start_at(std::uint64_t tick) { tick_ = tick; }
  void add(timer& added, std::uint64_t due) { put({due, &added, added.generation}); }
  void run_due(std::uint64_t now) {
    for (; tick_ <= now; ++tick_) {
      for (unsigned level = 1; level < wheel_levels && ((tick_ >> (8 * (level - 1))) & 255) == 0; ++level) {
        std::vector<entry> moved;
        moved.swap(slots_[level * wheel_slots + ((tick_ >> (8 * level)) & 255)]);
        for (const entry& each : moved) put(each);
      }
      fire(slots_[tick_ & 255]);
    }
  }

 private:
  struct entry {
    std::uint64_t due;
    timer* owner;
    std::uint64_t generation;
  };

  void put(const entry& added) { slots_[wheel_slot(added.due, tick_)].push_back(added); }
  static void fire(std::vector<entry>& due) {
    constexpr std::size_t ahead = 8;
    for (std::size_t i = 0; i < due.size(); ++i) {
      if (i + ahead < due.size()) __builtin_prefetch(due[i + ahead].owner, 1);
      const entry current = due[i];
      if (current.owner->generation != current.generation) continue;
      ++current.owner->generation;
      current.owner->on_fire(*current.owner);
    }
    due.clear();
  }

  std::vector<std::vector<entry>> slots_{wheel_levels * wheel_slots};
  std::uint64_t tick_ = 0;
};

}  // namespace bench::peer
