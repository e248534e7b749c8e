// Where the things of one run that have 64-bit keys stand in a list, in order of the first meeting: a hash table that
// is empty again at the price of adding one to a number, since runs are many and short.
#ifndef TWINLOOP_SIM_STRATEGIES_KEY_INDEX_HPP
#define TWINLOOP_SIM_STRATEGIES_KEY_INDEX_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

namespace twinloop::sim {

class key_index {
 public:
  std::size_t size() const { return size_; }
  void clear() {
    ++round_;
    size_ = 0;
  }
  /// The index of `key`: of one that was not met since clear(), size() as it was before.
  std::size_t operator[](std::uint64_t key) {
    entry* found = &entries_[place_of(key)];
    if (found->round == round_) return found->index;
    if ((size_ + 1) * 2 > mask_) {
      grow();
      found = &entries_[place_of(key)];
    }
    *found = {key, round_, size_};
    return size_++;
  }

 private:
  struct entry {
    std::uint64_t key = 0;
    std::uint64_t round = 0;  // what was met in another round than this one is not there
    std::size_t index = 0;
  };

  std::size_t place_of(std::uint64_t key) const {
    std::size_t at = key >> 1 & mask_;  // keys are hashes, but for the lowest bit, which of most is 1
    while (entries_[at].round == round_ && entries_[at].key != key) at = (at + 1) & mask_;
    return at;
  }

  [[gnu::noinline]] void grow() {
    std::vector<entry> before(entries_.size() * 2);
    before.swap(entries_);
    mask_ = entries_.size() - 1;
    for (const entry& each : before) {
      if (each.round == round_) entries_[place_of(each.key)] = each;
    }
  }

  std::vector<entry> entries_ = std::vector<entry>(64);  // a power of two
  std::size_t mask_ = 63;
  std::uint64_t round_ = 1;
  std::size_t size_ = 0;
};

}  // namespace twinloop::sim

#endif
