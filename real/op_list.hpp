// A first-in-first-out list of ops from whose middle one can be taken: linked through kernel_next and kernel_word[1].
#ifndef TWINLOOP_REAL_OP_LIST_HPP
#define TWINLOOP_REAL_OP_LIST_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "twinloop/assert.hpp"
#include "twinloop/op.hpp"

namespace twinloop::real {

class op_list {
 public:
  bool empty() const { return first_ == nullptr; }
  std::size_t size() const { return size_; }
  op* first() const { return first_; }
  static op* next(const op& entry) { return entry.kernel_next; }

  void push(op& last) {
    last.kernel_next = nullptr;
    set_previous(last, last_);
    (last_ != nullptr ? last_->kernel_next : first_) = &last;
    last_ = &last;
    ++size_;
  }

  void remove(op& entry) {
    TWINLOOP_ASSERT(size_ > 0);
    op* before = previous(entry);
    (before != nullptr ? before->kernel_next : first_) = entry.kernel_next;
    if (entry.kernel_next != nullptr) {
      set_previous(*entry.kernel_next, before);
    } else {
      last_ = before;
    }
    --size_;
  }

  op& pop() {
    op& entry = *first_;
    remove(entry);
    return entry;
  }

  /// Moves all of `other` to the end of this one.
  void append(op_list& other) {
    if (other.empty()) return;
    set_previous(*other.first_, last_);
    (last_ != nullptr ? last_->kernel_next : first_) = other.first_;
    last_ = other.last_;
    size_ += other.size_;
    other = op_list();
  }

  /// Takes out what `matches`, in order.
  template <class Predicate>
  void remove_all(Predicate& matches, std::vector<op*>& out) {
    for (op* each = first_; each != nullptr;) {
      op* following = each->kernel_next;
      if (matches(*each)) {
        remove(*each);
        out.push_back(each);
      }
      each = following;
    }
  }

 private:
  static op* previous(const op& entry) { return reinterpret_cast<op*>(entry.kernel_word[1]); }
  static void set_previous(op& entry, op* before) { entry.kernel_word[1] = reinterpret_cast<std::uint64_t>(before); }
  op* first_ = nullptr;
  op* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace twinloop::real

#endif
