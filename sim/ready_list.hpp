// What may happen next, oldest first. Entries mostly leave at the front, sometimes from the middle.
#ifndef TWINLOOP_SIM_READY_LIST_HPP
#define TWINLOOP_SIM_READY_LIST_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "twinloop/assert.hpp"

namespace twinloop::sim {

struct process_state;

/// What may happen next. Each entry is an option of a pick.
enum class entry_kind : std::uint8_t {
  completion,  // subject: op
  wake,
  deadline,   // a wait's time has come
  main_call,  // a blocking call of the loop's thread returns
  pool,       // a free pool thread may take a job
  job,        // subject: job_state that may go on
  start,      // a process starts
  callback,   // subject: world_callback
  crash,      // not an option: a chosen crash on its way to the root; subject set: of the whole host
};

struct ready_entry {
  entry_kind kind = entry_kind::completion;
  process_state* process = nullptr;  // nullptr for callbacks
  void* subject = nullptr;
  std::uint64_t label = 0;
  std::uint64_t identity = 0;  // label and occurrence mixed
};

/// A window that moves through memory and starts over whenever it is empty, which in most runs it often is. Counters,
/// where a std::deque or a vector would have to divide to know its size.
class ready_list {
 public:
  bool empty() const { return first_ == last_; }
  std::size_t size() const { return last_ - first_; }
  /// Counted from the oldest, which is 0.
  const ready_entry& operator[](std::size_t index) const { return memory_[first_ + index]; }
  std::span<const ready_entry> all() const { return {memory_.get() + first_, size()}; }
  const ready_entry& back() const { return memory_[last_ - 1]; }
  void clear() { first_ = last_ = 0; }
  void push(const ready_entry& added) {
    if (last_ == capacity_) make_room();
    memory_[last_++] = added;
  }
  /// Takes one out; those behind it move up.
  ready_entry take(std::size_t index) {
    TWINLOOP_ASSERT(index < size());
    const ready_entry taken = memory_[first_ + index];
    if (index == 0) {
      if (++first_ == last_) clear();
      return taken;
    }
    std::copy(begin() + index + 1, end(), begin() + index);
    --last_;
    return taken;
  }
  template <class Predicate>
  void erase_if(Predicate&& gone) {
    last_ = static_cast<std::size_t>(std::remove_if(begin(), end(), gone) - memory_.get());
  }

 private:
  ready_entry* begin() { return memory_.get() + first_; }
  ready_entry* end() { return memory_.get() + last_; }
  /// Moves to the front if half of the memory is free there, else to twice as much.
  void make_room() {
    const std::size_t count = size();
    if (first_ > 0 && first_ >= capacity_ / 2) {
      std::copy(begin(), end(), memory_.get());
    } else {
      capacity_ = std::max<std::size_t>(16, capacity_ * 2);
      std::unique_ptr<ready_entry[]> larger(new ready_entry[capacity_]);
      std::copy(begin(), end(), larger.get());
      memory_ = std::move(larger);
    }
    first_ = 0;
    last_ = count;
  }

  std::unique_ptr<ready_entry[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
};

}  // namespace twinloop::sim

#endif
