// A table from well-mixed 64-bit keys to small counts, for millions of them: open addressing, no allocation per entry.
// What it is asked (a count, how many there are) does not depend on the order it stands in.
#ifndef TWINLOOP_SIM_STRATEGIES_COUNT_TABLE_HPP
#define TWINLOOP_SIM_STRATEGIES_COUNT_TABLE_HPP

#include <cstdint>
#include <vector>

#include "twinloop/assert.hpp"

namespace twinloop::sim {

class count_table {
 public:
  /// The count of `key`, from 0 at first. Key 0 is taken for 1.
  std::uint32_t& operator[](std::uint64_t key) {
    if (key == 0) key = 1;
    if ((size_ + 1) * 2 > entries_.size()) grow();
    entry& found = entries_[place_of(key)];
    if (found.key == 0) {
      found.key = key;
      ++size_;
    }
    return found.count;
  }
  std::uint64_t size() const { return size_; }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const entry& each : entries_) {
      if (each.key != 0) visit(each.key, each.count);
    }
  }

 private:
  struct entry {
    std::uint64_t key = 0;
    std::uint32_t count = 0;
  };

  std::size_t place_of(std::uint64_t key) const {
    TWINLOOP_ASSERT(!entries_.empty());
    std::size_t at = key & (entries_.size() - 1);
    while (entries_[at].key != 0 && entries_[at].key != key) at = (at + 1) & (entries_.size() - 1);
    return at;
  }

  void grow() {
    std::vector<entry> before(entries_.empty() ? 64 : entries_.size() * 2);
    before.swap(entries_);
    for (const entry& each : before) {
      if (each.key != 0) entries_[place_of(each.key)] = each;
    }
  }

  std::vector<entry> entries_;
  std::uint64_t size_ = 0;
};

}  // namespace twinloop::sim

#endif
