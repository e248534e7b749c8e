// Completions that wait to be delivered, first in first out: a ring that grows to the most that ever waited and then
// allocates no more.
#ifndef TWINLOOP_REAL_FINISHED_QUEUE_HPP
#define TWINLOOP_REAL_FINISHED_QUEUE_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "twinloop/assert.hpp"
#include "twinloop/op.hpp"

namespace twinloop::real {

class finished_queue {
 public:
  finished_queue() : ring_(64) {}

  /// Whether there is nothing to deliver; forgotten ones do not count.
  bool empty() const { return live_ == 0; }
  std::size_t size() const { return live_; }

  /// Appends; gives the place by which it can be found until it is popped.
  std::uint64_t push(const completion& done) {
    if (end_ - begin_ == ring_.size()) grow();
    ring_[end_ & (ring_.size() - 1)] = done;
    ++live_;
    return end_++;
  }

  /// The next one; only when not empty().
  completion pop() {
    TWINLOOP_ASSERT(live_ > 0);
    for (;;) {
      const completion& done = ring_[begin_++ & (ring_.size() - 1)];
      if (done.target == nullptr) continue;
      --live_;
      return done;
    }
  }

  /// Takes back the completion at `place`, which must be one of `target`.
  completion forget(std::uint64_t place, const op& target) {
    TWINLOOP_ASSERT(place >= begin_ && place < end_);
    completion& entry = ring_[place & (ring_.size() - 1)];
    TWINLOOP_ASSERT(entry.target == &target);
    const completion forgotten = entry;
    entry.target = nullptr;
    --live_;
    return forgotten;
  }

  /// Takes back every completion of `target` and shows each to `forgotten`.
  template <class Visitor>
  void forget_all(const op& target, Visitor forgotten) {
    for (std::uint64_t place = begin_; place != end_; ++place) {
      if (ring_[place & (ring_.size() - 1)].target == &target) forgotten(forget(place, target));
    }
  }

 private:
  void grow() {
    std::vector<completion> larger(ring_.size() * 2);
    for (std::uint64_t place = begin_; place != end_; ++place) {
      larger[place & (larger.size() - 1)] = ring_[place & (ring_.size() - 1)];
    }
    ring_.swap(larger);
  }

  std::vector<completion> ring_;  // its size is a power of two
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  std::size_t live_ = 0;
};

}  // namespace twinloop::real

#endif
