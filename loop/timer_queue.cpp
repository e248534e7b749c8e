#include "loop/timer_queue.hpp"

#include <algorithm>

namespace twinloop {

void timer_queue::insert(intrusive_timer& started) {
  std::uint32_t slot;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    TWINLOOP_ASSERT(slot != no_slot);
    slots_.push_back(&started);
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
    slots_[slot] = &started;
  }
  started.slot_ = slot;
  started.entry_due_ = started.due_;
  push(make_key(started.due_, started.sequence_, slot));
}

void timer_queue::orphan(intrusive_timer& timer) {
  TWINLOOP_ASSERT(slots_[timer.slot_] == &timer);
  slots_[timer.slot_] = nullptr;
  timer.slot_ = no_slot;
  ++dead_;
  if (dead_ > purge_at_) purge();
}

void timer_queue::drop_slot(std::uint32_t slot) {
  if (slots_[slot] == nullptr) {
    --dead_;
  } else {
    slots_[slot]->slot_ = no_slot;
    slots_[slot] = nullptr;
  }
  free_slots_.push_back(slot);
}

void timer_queue::push(key entry) {
  std::size_t hole = heap_.size();
  heap_.push_back(entry);
  while (hole > 0) {
    std::size_t parent = (hole - 1) / arity;
    if (!(entry < heap_[parent])) break;
    heap_[hole] = heap_[parent];
    hole = parent;
  }
  heap_[hole] = entry;
}

void timer_queue::sift_down(std::size_t hole, key entry) {
  const std::size_t size = heap_.size();
  key* const heap = heap_.data();
  for (;;) {
    const std::size_t first = hole * arity + 1;
    if (first >= size) break;
    std::size_t least = first;
    if (first + 3 < size) {  // a tournament without branches: mispredictions cost more than the comparisons
      const std::size_t left = first + (heap[first + 1] < heap[first]);
      const std::size_t right = first + 2 + (heap[first + 3] < heap[first + 2]);
      least = heap[right] < heap[left] ? right : left;
    } else {
      for (std::size_t child = first + 1; child < size; ++child) {
        if (heap[child] < heap[least]) least = child;
      }
    }
    if (!(heap[least] < entry)) break;
    heap[hole] = heap[least];
    hole = least;
  }
  heap[hole] = entry;
}

timer_queue::key timer_queue::pop() {
  const key top = heap_[0];
  const key last = heap_.back();
  heap_.pop_back();
  if (heap_.empty()) return top;
  sift_down(0, last);
  __builtin_prefetch(slots_[slot_of(heap_[0])], 1);  // the next to be looked at
  return top;
}

/// Whether `entry`, which is out of the heap, is its timer's current one. If not, it is dropped or pushed anew.
bool timer_queue::settle(key entry) {
  const std::uint32_t slot = slot_of(entry);
  intrusive_timer* timer = slots_[slot];
  if (timer == nullptr || !timer->armed_) {
    drop_slot(slot);
    return false;
  }
  if (timer->due_ == due_of(entry) && timer->sequence_ == sequence_of(entry)) return true;
  timer->entry_due_ = timer->due_;
  push(make_key(timer->due_, timer->sequence_, slot));
  return false;
}

/// next_due() when stale keys are in the way.
std::int64_t timer_queue::settle_next() {
  if (!batch_empty()) return due_of(batch_[batch_next_]);
  while (!heap_.empty()) {
    if (current(heap_[0])) return due_of(heap_[0]);
    settle(pop());
  }
  return none;
}

intrusive_timer* timer_queue::take_only_due(std::int64_t limit) {
  if (!batch_empty() || heap_.empty() || due_of(heap_[0]) > limit || !current(heap_[0])) return nullptr;
  const std::size_t children = std::min(heap_.size(), arity + 1);
  for (std::size_t child = 1; child < children; ++child) {
    if (due_of(heap_[child]) <= limit) return nullptr;
  }
  const std::uint32_t slot = slot_of(pop());
  intrusive_timer* timer = slots_[slot];
  drop_slot(slot);
  timer->armed_ = false;
  return timer;
}

void timer_queue::collect_due(std::int64_t limit) {
  if (!batch_empty()) return;  // an exception left some: they come first
  batch_.clear();
  batch_next_ = 0;
  while (!heap_.empty() && due_of(heap_[0]) <= limit) {
    if (batch_.size() == few && take_many(limit)) return;
    const key entry = pop();
    if (settle(entry)) batch_.push_back(entry);  // a timer that was moved comes up again at its time
  }
}

/// How many keys are due, counting no further than `at_most`: walks only due subtrees, as a heap allows.
std::size_t timer_queue::count_due(std::int64_t limit, std::size_t at_most) const {
  std::size_t found = 0;
  std::vector<std::size_t> open{0};
  while (!open.empty() && found < at_most) {
    const std::size_t node = open.back();
    open.pop_back();
    if (due_of(heap_[node]) > limit) continue;
    ++found;
    for (std::size_t child = node * arity + 1; child <= node * arity + arity && child < heap_.size(); ++child) {
      open.push_back(child);
    }
  }
  return found;
}

/// Popping n of m keys costs n log m; taking them all out, sorting them and rebuilding the heap costs n log n + m, in
/// order of memory. False if popping is the cheaper way: the border was measured.
bool timer_queue::take_many(std::int64_t limit) {
  const std::size_t border = heap_.size() / 16;
  if (count_due(limit, border) < border) return false;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < heap_.size(); ++i) {
    if (i + 12 < heap_.size()) __builtin_prefetch(slots_[slot_of(heap_[i + 12])], 1);
    key entry = heap_[i];
    if (due_of(entry) <= limit) {
      const std::uint32_t slot = slot_of(entry);
      intrusive_timer* timer = slots_[slot];
      if (timer == nullptr || !timer->armed_) {
        drop_slot(slot);
        continue;
      }
      timer->entry_due_ = timer->due_;
      entry = make_key(timer->due_, timer->sequence_, slot);
    }
    if (due_of(entry) <= limit) {
      batch_.push_back(entry);
    } else {
      heap_[kept++] = entry;
    }
  }
  heap_.resize(kept);
  rebuild();
  std::sort(batch_.begin(), batch_.end());  // keys are unique, so every library sorts them alike
  return true;
}

intrusive_timer* timer_queue::pop_due() {
  while (!batch_empty()) {
    const std::size_t ahead = batch_next_ + 6;
    if (ahead < batch_.size()) __builtin_prefetch(slots_[slot_of(batch_[ahead])], 1);
    const key entry = batch_[batch_next_++];
    if (!settle(entry)) continue;  // stopped or moved by a callback of this batch
    intrusive_timer* timer = slots_[slot_of(entry)];
    drop_slot(slot_of(entry));
    timer->armed_ = false;
    return timer;
  }
  return nullptr;
}

void timer_queue::rebuild() {
  if (heap_.size() < 2) return;
  for (std::size_t node = (heap_.size() - 2) / arity + 1; node-- > 0;) sift_down(node, heap_[node]);
}

/// Drops the dead keys of the heap. Those of the batch go when it is handed out.
void timer_queue::purge() {
  std::size_t kept = 0;
  for (const key entry : heap_) {
    if (slots_[slot_of(entry)] == nullptr) {
      drop_slot(slot_of(entry));
    } else {
      heap_[kept++] = entry;
    }
  }
  heap_.resize(kept);
  rebuild();
  purge_at_ = dead_ + std::max<std::size_t>(64, heap_.size());  // so that purging costs O(1) a dead key
}

/// Gives the timers new sequence numbers from 0 in the order of their old ones, after 2^32 starts.
void timer_queue::renumber() {
  std::vector<intrusive_timer*> timers;
  for (intrusive_timer* timer : slots_) {
    if (timer != nullptr) timers.push_back(timer);
  }
  std::sort(timers.begin(), timers.end(),
            [](const intrusive_timer* a, const intrusive_timer* b) { return a->sequence_ < b->sequence_; });
  auto renew = [&](std::vector<key>& entries, std::size_t from) {
    // A key that is not its timer's current one only has to stay stale, and early enough: sequence 0 does.
    for (std::size_t i = from; i < entries.size(); ++i) {
      const intrusive_timer* timer = slots_[slot_of(entries[i])];
      bool current =
          timer != nullptr && timer->due_ == due_of(entries[i]) && timer->sequence_ == sequence_of(entries[i]);
      if (!current) entries[i] = make_key(due_of(entries[i]), 0, slot_of(entries[i]));
    }
    for (std::size_t i = from; i < entries.size(); ++i) {
      const intrusive_timer* timer = slots_[slot_of(entries[i])];
      if (timer == nullptr || sequence_of(entries[i]) == 0) continue;
      auto place = std::lower_bound(timers.begin(), timers.end(), sequence_of(entries[i]),
                                    [](const intrusive_timer* a, std::uint32_t b) { return a->sequence_ < b; });
      const auto number = static_cast<std::uint32_t>(place - timers.begin()) + 1;
      entries[i] = make_key(due_of(entries[i]), number, slot_of(entries[i]));
    }
  };
  renew(heap_, 0);
  renew(batch_, batch_next_);
  for (std::size_t i = 0; i < timers.size(); ++i) timers[i]->sequence_ = static_cast<std::uint32_t>(i) + 1;
  next_sequence_ = static_cast<std::uint32_t>(timers.size()) + 1;
  TWINLOOP_ASSERT(next_sequence_ < sequence_limit_);
  rebuild();
}

}  // namespace twinloop
