// What sources are told of the ready things: one option for each, in the order of the ready list. Each is described
// for the first pick that it takes part in and moves along with its thing, so a pick costs what has changed since the
// last one, not all there is.
#ifndef TWINLOOP_SIM_OPTION_LIST_HPP
#define TWINLOOP_SIM_OPTION_LIST_HPP

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "twinloop/assert.hpp"
#include "twinloop/choices.hpp"

namespace twinloop::sim {

/// Keys stand one behind the other in memory that the list moves when it is full, leaving out those that no option has
/// any more: an option's span is good until the next call of add() or add_key().
class option_list {
 public:
  std::size_t size() const { return size_; }
  choice_option& operator[](std::size_t index) { return options_[index]; }
  std::span<const choice_option> all() const { return {options_.get(), size_}; }
  void clear() {
    size_ = keys_used_ = keys_end_ = 0;
    watched_.clear();
  }
  /// One more, as ready entries have it: behind all others. The caller writes all of it: it holds what was there
  /// before.
  choice_option& add() {
    if (size_ == capacity_) make_room();
    return options_[size_++];
  }
  /// The option added last is one to be looked at anew before every pick that it takes part in.
  void watch_last() { watched_.push_back(static_cast<std::uint32_t>(size_ - 1)); }
  /// Where those stand, in order.
  std::span<const std::uint32_t> watched() const { return watched_; }
  [[gnu::always_inline]] void erase(std::size_t index) {
    TWINLOOP_ASSERT(index < size_);
    std::copy(options_.get() + index + 1, options_.get() + size_, options_.get() + index);
    if (--size_ == 0) keys_used_ = 0;
    if (!watched_.empty()) forget_watched(static_cast<std::uint32_t>(index));
  }

  // ---- keys: of one thing at a time, put together behind those that options have
  void begin_keys() { keys_end_ = keys_used_; }
  void add_key(std::uint64_t key, bool write) {
    if (keys_end_ == keys_capacity_) make_room_for_keys();
    conflict_key& added = keys_[keys_end_++];
    added.key = key;
    added.write = write;
  }
  void add_keys(std::span<const conflict_key> keys) {
    for (const conflict_key& each : keys) add_key(each.key, each.write);
  }
  /// Those added since begin_keys().
  std::span<const conflict_key> begun_keys() const { return {keys_.get() + keys_used_, keys_end_ - keys_used_}; }
  /// They are the option's now.
  void keep_keys(std::size_t index) {
    options_[index].keys = begun_keys();
    keys_used_ = keys_end_;
  }

 private:
  [[gnu::noinline]] void forget_watched(std::uint32_t index) {
    std::erase(watched_, index);
    for (std::uint32_t& each : watched_) each -= each > index;
  }
  [[gnu::noinline]] void make_room() {
    capacity_ = std::max<std::size_t>(16, capacity_ * 2);
    std::unique_ptr<choice_option[]> larger(new choice_option[capacity_]);
    std::copy(options_.get(), options_.get() + size_, larger.get());
    options_ = std::move(larger);
  }
  [[gnu::noinline]] void make_room_for_keys() {
    const std::span<const conflict_key> begun = begun_keys();
    std::size_t live = begun.size();
    for (const choice_option& each : all()) live += each.keys.size();
    keys_capacity_ = std::max<std::size_t>(256, 2 * live);
    std::unique_ptr<conflict_key[]> moved(new conflict_key[keys_capacity_]);
    conflict_key* end = moved.get();
    for (choice_option& each : std::span(options_.get(), size_)) {
      conflict_key* const begin = end;
      end = std::copy(each.keys.begin(), each.keys.end(), begin);
      each.keys = {begin, end};
    }
    keys_used_ = static_cast<std::size_t>(end - moved.get());
    keys_end_ = keys_used_ + begun.size();
    std::copy(begun.begin(), begun.end(), end);
    keys_ = std::move(moved);
  }

  // Arrays, where vectors would write zeros before each option is described.
  std::unique_ptr<choice_option[]> options_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::unique_ptr<conflict_key[]> keys_;
  std::size_t keys_used_ = 0;  // by options, now or once
  std::size_t keys_end_ = 0;   // and by what is put together
  std::size_t keys_capacity_ = 0;
  std::vector<std::uint32_t> watched_;
};

}  // namespace twinloop::sim

#endif
