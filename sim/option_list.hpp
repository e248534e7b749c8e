// What sources are told of the ready things: one option for each, in the order of the ready list. Each is described
// for the first pick that it takes part in and moves along with its thing, so a pick costs what has changed since the
// last one, not all there is.
#ifndef TWINLOOP_SIM_OPTION_LIST_HPP
#define TWINLOOP_SIM_OPTION_LIST_HPP

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "twinloop/choices.hpp"

namespace twinloop::sim {

/// Keys stand one behind the other in memory that the list moves when it is full, leaving out those that no option has
/// any more: an option's span is good until the next call of add() or set_keys().
class option_list {
 public:
  std::size_t size() const { return options_.size(); }
  choice_option& operator[](std::size_t index) { return options_[index]; }
  std::span<const choice_option> all() const { return options_; }
  void clear() {
    options_.clear();
    keys_.clear();
    watched_.clear();
  }
  /// One more, as ready entries have it: behind all others.
  choice_option& add() { return options_.emplace_back(); }
  /// The option added last is one to be looked at anew before every pick that it takes part in.
  void watch_last() { watched_.push_back(static_cast<std::uint32_t>(options_.size() - 1)); }
  /// Where those stand, in order.
  std::span<const std::uint32_t> watched() const { return watched_; }
  void erase(std::size_t index) {
    options_.erase(options_.begin() + static_cast<std::ptrdiff_t>(index));
    if (options_.empty()) keys_.clear();
    if (!watched_.empty()) forget_watched(static_cast<std::uint32_t>(index));
  }
  /// Copies `keys`, which must not be the list's own.
  void set_keys(std::size_t index, std::span<const conflict_key> keys) {
    choice_option& of = options_[index];
    of.keys = {};
    if (keys.empty()) return;
    if (keys_.capacity() - keys_.size() < keys.size()) make_room(keys.size());
    const std::size_t begin = keys_.size();
    keys_.insert(keys_.end(), keys.begin(), keys.end());
    of.keys = {keys_.data() + begin, keys.size()};
  }

 private:
  void forget_watched(std::uint32_t index) {
    std::erase(watched_, index);
    for (std::uint32_t& each : watched_) each -= each > index;
  }
  void make_room(std::size_t more) {
    std::size_t live = more;
    for (const choice_option& each : options_) live += each.keys.size();
    std::vector<conflict_key> moved;
    moved.reserve(std::max<std::size_t>(256, 2 * live));
    for (choice_option& each : options_) {
      const std::size_t begin = moved.size();
      moved.insert(moved.end(), each.keys.begin(), each.keys.end());
      if (!each.keys.empty()) each.keys = {moved.data() + begin, each.keys.size()};
    }
    keys_.swap(moved);
  }

  std::vector<choice_option> options_;
  std::vector<conflict_key> keys_;
  std::vector<std::uint32_t> watched_;
};

}  // namespace twinloop::sim

#endif
