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
      const auto found = std::lower_bound(touched_.begin(), touched_.end(), each.key, before);
      if (found == touched_.end() || found->key != each.key) continue;
      draws = std::max(draws, each.write ? found->touched : found->written);
    }
    return draws;
  }
  static bool before(const touched& a, std::uint64_t key) { return a.key < key; }

  std::uint32_t pick(const question& asked) override {
    std::uint32_t best = 0;
    std::uint64_t highest = 0;
    for (std::uint32_t i = 0; i < asked.options.size(); ++i) {
      const choice_option& option = asked.options[i];
      const std::uint64_t draw = touched_.empty() ? 0 : mix64(draws_of(option));
      const std::uint64_t priority = drawn_priority(option.identity + draw, plan_.seed);
      if (i == 0 || priority > highest) best = i, highest = priority;
    }
    return best;
  }

  void ran(const step& what) override {
    for (const conflict_key& each : what.what.keys) {
      auto found = std::lower_bound(touched_.begin(), touched_.end(), each.key, before);
      if (found == touched_.end() || found->key != each.key) found = touched_.insert(found, {each.key, 0, 0});
      found->touched = steps();
      if (each.write) found->written = steps();
    }
  }

  std::vector<touched> touched_;  // by key
};

}  // namespace

std::unique_ptr<search_source> make_pos(const search_plan& plan) { return std::make_unique<pos_source>(plan); }

}  // namespace twinloop::sim
