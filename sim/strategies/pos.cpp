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
  /// When a key was last touched. A priority is a function of these, so drawing anew needs no table of what is ready:
  /// whatever shares a key with the step that ran has another priority from then on.
  struct touched {
    std::uint64_t key = 0;
    std::uint64_t written = 0;
    std::uint64_t touched = 0;  // read or written
  };

  std::uint64_t draws_of(const choice_option& option) const {
    std::uint64_t draws = 0;
    for (const conflict_key& each : option.keys) {
      const touched& found = table_[place_of(stored(each.key))];
      draws = std::max(draws, each.write ? found.touched : found.written);  // never touched: an empty place, zeros
    }
    return draws;
  }

  /// Keys in the table are not 0, which marks an empty place.
  static std::uint64_t stored(std::uint64_t key) { return key != 0 ? key : 1; }

  /// Where `key` stands or would: open addressing, in a table that is at least half empty.
  std::size_t place_of(std::uint64_t key) const {
    std::size_t at = (key ^ key >> 32) >> 1 & mask_;  // the lowest bit of most keys is 1
    while (table_[at].key != key && table_[at].key != 0) at = (at + 1) & mask_;
    return at;
  }

  std::uint32_t pick(const question& asked) override {
    std::uint32_t best = 0;
    std::uint64_t highest = 0;
    for (std::uint32_t i = 0; i < asked.options.size(); ++i) {
      const choice_option& option = asked.options[i];
      const std::uint64_t draw = used_ == 0 ? 0 : mix64(draws_of(option));
      const std::uint64_t priority = drawn_priority(option.identity + draw, plan_.seed);
      if (i == 0 || priority > highest) best = i, highest = priority;
    }
    return best;
  }

  void ran(const step& what) override {
    for (const conflict_key& each : what.what.keys) {
      const std::uint64_t key = stored(each.key);
      touched* found = &table_[place_of(key)];
      if (found->key == 0) {
        if (++used_ * 2 > table_.size()) {
          grow();
          found = &table_[place_of(key)];
        }
        found->key = key;
      }
      found->touched = steps();
      if (each.write) found->written = steps();
    }
  }

  void grow() {
    std::vector<touched> before(table_.size() * 2);
    before.swap(table_);
    mask_ = table_.size() - 1;
    for (const touched& each : before) {
      if (each.key != 0) table_[place_of(each.key)] = each;
    }
  }

  std::vector<touched> table_ = std::vector<touched>(64);  // by key; a power of two
  std::size_t mask_ = 63;
  std::size_t used_ = 0;
};

}  // namespace

std::unique_ptr<search_source> make_pos(const search_plan& plan) { return std::make_unique<pos_source>(plan); }

}  // namespace twinloop::sim
