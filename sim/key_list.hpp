// Keys of one ready thing while they are put together: memory that is used again and again, so that adding a key is a
// few stores.
#ifndef TWINLOOP_SIM_KEY_LIST_HPP
#define TWINLOOP_SIM_KEY_LIST_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "twinloop/choices.hpp"

namespace twinloop::sim {

class key_list {
 public:
  void clear() { size_ = 0; }
  std::span<const conflict_key> all() const { return {memory_.data(), size_}; }
  void add(std::uint64_t key, bool write) {
    if (size_ == memory_.size()) make_room();
    memory_[size_++] = {key, write};
  }
  void add(std::span<const conflict_key> keys) {
    for (const conflict_key& each : keys) add(each.key, each.write);
  }
  /// What `append(vector)` appends.
  template <class Append>
  bool add_by(Append&& append) {
    appended_.clear();
    const bool result = append(appended_);
    add(appended_);
    return result;
  }

 private:
  [[gnu::noinline]] void make_room() { memory_.resize(memory_.size() * 2 + 8); }

  std::vector<conflict_key> memory_;
  std::size_t size_ = 0;
  std::vector<conflict_key> appended_;
};

}  // namespace twinloop::sim

#endif
