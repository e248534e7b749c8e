// Partial-order sampling that knows conflicts (Yuan, Yang, Gu, CAV 2018): priorities as static_priority, but what
// conflicts with the step that ran draws anew. Only keys that both sides name count here, also of callbacks that
// declared nothing: with everything dependent this would be a random walk.
#include <algorithm>

#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

class pos_source final : public searching_source {
 public:
  using searching_source::searching_source;
  bool wants_keys() const override { return true; }

 private:
  /// When a key was last touched, and what that makes those draw whom it concerns. A priority is a function of these,
  /// so drawing anew needs no table of what is ready: whatever shares a key with the step that ran has another priority
  /// from then on.
  struct touched {
    std::uint64_t key = 0;
    std::uint64_t written = 0;  // by which step; 0 = not yet
    std::uint64_t touched = 0;  // the same, read or written; 0 = an empty place
    std::uint64_t draw_if_written = 0;
    std::uint64_t draw_if_touched = 0;
  };

  /// What an option with this one key draws, as most are.
  std::uint64_t draw_of(const conflict_key& only) const {
    const touched& found = table_[place_of(only.key)];
    return only.write ? found.draw_if_touched : found.draw_if_written;
  }
  /// The last step that touched one of the keys in conflict with how they do says it; without one it is 0.
  [[gnu::noinline]] std::uint64_t draw_of(std::span<const conflict_key> keys) const {
    std::uint64_t last = 0;
    for (const conflict_key& each : keys) {
      const touched& found = table_[place_of(each.key)];
      last = std::max(last, each.write ? found.touched : found.written);
    }
    return mix64(last);
  }

  /// Where `key` stands or would: open addressing, in a table that is at least half empty.
  std::size_t place_of(std::uint64_t key) const {
    std::size_t at = key >> 1 & mask_;  // keys are hashes, but for the lowest bit, which of most is 1
    while (table_[at].key != key && table_[at].touched != 0) at = (at + 1) & mask_;
    return at;
  }

  std::uint32_t pick(const question& asked) override {
    const std::uint64_t seed = plan_.seed;
    const choice_option* best = asked.options.data();
    std::uint64_t highest = 0;
    for (const choice_option& option : asked.options) {
      const std::uint64_t draw = option.keys.size() == 1 ? draw_of(option.keys[0]) : draw_of(option.keys);
      const std::uint64_t priority = drawn_priority(option.identity + draw, seed);
      if (priority > highest) best = &option, highest = priority;
    }
    return index_of(*best, asked);
  }

  void ran(const step& what) override {
    for (const conflict_key& each : what.what.keys) touch(each);
  }

  void touch(const conflict_key& how) {
    if (used_ * 2 > mask_) grow();
    touched& found = table_[place_of(how.key)];
    if (found.touched == 0) ++used_;
    const std::uint64_t draw = mix64(steps());
    found.key = how.key;
    found.touched = steps();
    found.draw_if_touched = draw;
    if (!how.write) return;
    found.written = steps();
    found.draw_if_written = draw;
  }

  [[gnu::noinline]] void grow() {
    std::vector<touched> before(table_.size() * 2);
    before.swap(table_);
    mask_ = table_.size() - 1;
    for (const touched& each : before) {
      if (each.touched != 0) table_[place_of(each.key)] = each;
    }
  }

  std::vector<touched> table_ = std::vector<touched>(64);  // by key; a power of two
  std::size_t mask_ = 63;
  std::size_t used_ = 0;
};

}  // namespace

std::unique_ptr<search_source> make_pos(const search_plan& plan) { return std::make_unique<pos_source>(plan); }

}  // namespace twinloop::sim
