// How many steps each chain of a run is expected to have before it, by the learned lengths: the weights of URW.
#ifndef TWINLOOP_SIM_STRATEGIES_CHAIN_WEIGHTS_HPP
#define TWINLOOP_SIM_STRATEGIES_CHAIN_WEIGHTS_HPP

#include <algorithm>
#include <optional>
#include <vector>

#include "sim/strategies/searching.hpp"

namespace twinloop::sim {

class chain_weights {
 public:
  static constexpr std::uint32_t one = 16;  ///< weights are in sixteenths of a step

  /// With `focus`, only steps that touch it count.
  chain_weights(const search_model& learned, std::optional<std::uint64_t> focus) : learned_(&learned), focus_(focus) {
    left_.reserve(32);
  }

  /// Takes notice of all options, before any weight is asked for: a chain that is met for the first time takes its
  /// share from the chain that opened it, whose length includes those of its children.
  void meet(std::span<const choice_option> options) {
    for (const choice_option& option : options) meet(option);
  }

  /// What the option's chain, which was met, has before it.
  std::uint32_t weight(const choice_option& option) const { return left_[option.chain]; }

  void ran(const choice_option& what) {
    meet(what);
    const std::uint32_t before = weight(what);
    left_[what.chain] = before > least() + one ? before - one : least();
  }

  /// The lengths of all chains met that no other had foreseen, in sixteenths.
  std::uint64_t expected() const { return expected_; }

 private:
  static constexpr std::uint32_t unmet = UINT32_MAX;

  /// What keeps a chain in the race when its expected length is used up.
  std::uint32_t least() const { return focus_ ? 0 : one; }

  void meet(const choice_option& option) {
    if (option.chain < left_.size() && left_[option.chain] != unmet) return;
    TWINLOOP_ASSERT(option.chain < chains_max);
    if (option.chain >= left_.size()) left_.resize(option.chain + 1, unmet);
    const std::uint32_t length =
        focus_ ? learned_->length16(option.chain_name, *focus_) : std::max(learned_->length16(option.chain_name), one);
    left_[option.chain] = length;
    std::uint32_t taken = 0;
    if (option.parent_chain < option.chain && option.parent_chain != 0 && left_[option.parent_chain] != unmet) {
      std::uint32_t& parent = left_[option.parent_chain];
      taken = std::min(length, parent - std::min(parent, least()));
      parent -= taken;
    }
    expected_ += length - taken;
  }

  const search_model* learned_;
  std::optional<std::uint64_t> focus_;
  std::vector<std::uint32_t> left_;  // by chain
  std::uint64_t expected_ = 0;
};

}  // namespace twinloop::sim

#endif
