// The timers of one loop, in exact (due, start) order.
//
// A 4-ary heap of 16-byte keys (due, sequence, slot); the slot leads to the timer through a table, so a timer that is
// stopped or destroyed only changes the table and its stale key is dropped when it comes up. Moving a timer to a later
// time is a plain store: its key stays where it is and is pushed again when it comes up too early. When many timers
// are due at once they are taken out together and sorted, which touches memory in order, where popping would not.
// 4-ary heaps: Johnson 1975; the measurements behind this choice stand in docs/performance.md.
#ifndef TWINLOOP_LOOP_TIMER_QUEUE_HPP
#define TWINLOOP_LOOP_TIMER_QUEUE_HPP

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "twinloop/loop.hpp"

namespace twinloop {

class timer_queue {
 public:
  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  /// What handle::type() says of timers, and of nothing else: this very pointer.
  static constexpr char type_of_timers[] = "timer";

  /// Arms `started` for `due` (>= 0), whether it was armed or not.
  void start(intrusive_timer& started, std::int64_t due) {
    if (next_sequence_ == sequence_limit_) renumber();
    started.sequence_ = next_sequence_++;
    started.due_ = due;
    started.armed_ = true;
    if (started.slot_ != no_slot) {
      if (due >= started.entry_due_) return;  // lazily: the key moves when it comes up
      orphan(started);
    }
    insert(started);
  }
  /// Lazily: the key is dropped when it comes up.
  void stop(intrusive_timer& stopped) { stopped.armed_ = false; }
  /// The timer is going away.
  void remove(intrusive_timer& gone) {
    gone.armed_ = false;
    if (gone.slot_ != no_slot) orphan(gone);
  }

  /// When the next armed timer is due, or `none`.
  std::int64_t next_due() {
    if (heap_.empty() && batch_empty()) return none;
    return batch_empty() && current(heap_[0]) ? due_of(heap_[0]) : settle_next();
  }
  /// False: collect_due(limit) would find nothing. True: it may.
  bool may_be_due(std::int64_t limit) const { return !batch_empty() || (!heap_.empty() && due_of(heap_[0]) <= limit); }
  /// The timer that is the only one due at or before `limit`, disarmed; nullptr if there may be others, or none.
  intrusive_timer* take_only_due(std::int64_t limit);
  /// Takes the timers due at or before `limit` into the batch that pop_due hands out. Timers armed after this are not
  /// in it, whatever their time.
  void collect_due(std::int64_t limit);
  /// The next timer of the batch, disarmed, or nullptr at its end. Ones that were stopped or moved meanwhile are
  /// passed over.
  intrusive_timer* pop_due();
  bool batch_empty() const { return batch_next_ == batch_.size(); }

  /// Keys in the heap, dead ones included; for tests.
  std::size_t size() const { return heap_.size(); }
  /// Makes the sequence numbers end at `limit`, so that a test reaches renumbering.
  void limit_sequence(std::uint32_t limit) { sequence_limit_ = limit; }

 private:
  __extension__ using key = unsigned __int128;  // due in the high half; sequence, slot in the low one
  static constexpr std::uint32_t no_slot = UINT32_MAX;
  static constexpr std::size_t arity = 4;
  static constexpr std::size_t few = 16;  // due timers up to which popping one by one is not worth a thought

  static key make_key(std::int64_t due, std::uint32_t sequence, std::uint32_t slot) {
    return static_cast<key>(static_cast<std::uint64_t>(due)) << 64 |
           (static_cast<std::uint64_t>(sequence) << 32 | slot);
  }
  static std::int64_t due_of(key entry) { return static_cast<std::int64_t>(entry >> 64); }
  static std::uint32_t sequence_of(key entry) { return static_cast<std::uint32_t>(entry >> 32); }
  static std::uint32_t slot_of(key entry) { return static_cast<std::uint32_t>(entry); }

  /// Whether `entry` is what its timer waits for, and not the stale key of one that was stopped or moved.
  bool current(key entry) const {
    const intrusive_timer* timer = slots_[slot_of(entry)];
    return timer != nullptr && timer->armed_ && timer->due_ == due_of(entry) && timer->sequence_ == sequence_of(entry);
  }
  std::int64_t settle_next();
  void insert(intrusive_timer& started);
  void orphan(intrusive_timer& timer);
  void drop_slot(std::uint32_t slot);
  void push(key entry);
  key pop();
  void sift_down(std::size_t hole, key entry);
  bool settle(key entry);
  bool take_many(std::int64_t limit);
  std::size_t count_due(std::int64_t limit, std::size_t at_most) const;
  void rebuild();
  void purge();
  void renumber();

  std::vector<key> heap_;
  std::vector<intrusive_timer*> slots_;  // nullptr: the key is dead
  std::vector<std::uint32_t> free_slots_;
  std::vector<key> batch_;
  std::size_t batch_next_ = 0;
  std::size_t dead_ = 0;  // keys whose slot holds nullptr
  std::size_t purge_at_ = 64;
  std::uint32_t next_sequence_ = 1;  // 0 marks a stale key in renumber
  std::uint32_t sequence_limit_ = UINT32_MAX;
};

}  // namespace twinloop

#endif
