// Fairness of searches: how often each ready thing was passed over.
#ifndef TWINLOOP_SIM_SEARCH_FAIRNESS_HPP
#define TWINLOOP_SIM_SEARCH_FAIRNESS_HPP

#include <cstdint>
#include <span>
#include <vector>

#include "twinloop/choices.hpp"

namespace twinloop::sim {

class fairness {
 public:
  static constexpr std::uint32_t nobody = UINT32_MAX;
  void restart() { waiting_.clear(); }
  /// Which option must be taken because it was passed over `limit` times for each option there is, or nobody.
  std::uint32_t must_take(std::span<const choice_option> options, std::uint32_t limit) {
    ages_.clear();
    std::uint32_t oldest = 0;
    for (std::uint32_t i = 0; i < options.size(); ++i) {
      std::uint64_t age = 0;
      for (const waiter& each : waiting_) {
        if (each.identity == options[i].identity) age = each.age;
      }
      ages_.push_back({options[i].identity, age});
      if (age > ages_[oldest].age) oldest = i;
    }
    const bool forced = ages_[oldest].age >= std::uint64_t{limit} * options.size();
    return forced ? oldest : nobody;
  }
  /// Option `taken` of those that must_take was asked about last.
  void took(std::uint32_t taken) {
    waiting_.clear();
    for (std::uint32_t i = 0; i < ages_.size(); ++i) {
      if (i != taken) waiting_.push_back({ages_[i].identity, ages_[i].age + 1});
    }
  }

 private:
  struct waiter {
    std::uint64_t identity;
    std::uint64_t age;
  };
  std::vector<waiter> waiting_;  // passed over in the last pick
  std::vector<waiter> ages_;
};

}  // namespace twinloop::sim

#endif
