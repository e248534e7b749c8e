// Selective uniform random walk (Zhao et al., ASPLOS 2025): uniform over the interleavings of the steps that touch one
// conflict key or process, the focus; all others go by a random priority of their chain. A chain is drawn as by URW,
// by its steps at the focus; until it has made its next one, no other chain may.
#include "sim/strategies/chain_weights.hpp"

namespace twinloop::sim {
namespace {

class surw_source final : public searching_source {
 public:
  surw_source(const search_plan& plan, const search_model& learned)
      : searching_source(plan), weights_(learned, plan.focus) {}
  bool wants_keys() const override { return true; }
  source_report report() const override {
    source_report made = report_;
    made.expected = weights_.expected();
    made.steps = touching_;
    return made;
  }

 private:
  bool touches(const choice_option& option) const {
    if (option.process == plan_.focus && !option.declared) return true;
    for (const conflict_key& each : option.keys) {
      if (each.key == plan_.focus) return true;
    }
    return false;
  }

  /// The chain that touches the focus next; 0 if none of the ready ones is known to. One that does now counts for at
  /// least one step, whatever was learned.
  std::uint64_t draw(const question& asked) {
    std::uint32_t sum = 0;
    for (const choice_option& option : asked.options) sum += weight(option);
    if (sum == 0) return 0;
    const std::uint32_t at = picks_.below(sum);
    sum = 0;
    for (const choice_option& option : asked.options) {
      sum += weight(option);
      if (at < sum) return option.chain;
    }
    return 0;
  }
  std::uint32_t weight(const choice_option& option) const {
    const std::uint32_t learned = weights_.weight(option);
    return learned == 0 && touches(option) ? chain_weights::one : learned;
  }

  static bool offers(const question& asked, std::uint64_t chain) {
    for (const choice_option& option : asked.options) {
      if (option.chain == chain) return true;
    }
    return false;
  }

  std::uint32_t pick(const question& asked) override {
    weights_.meet(asked.options);
    if (intended_ == 0 || !offers(asked, intended_)) intended_ = draw(asked);
    std::uint32_t best = 0;
    std::uint64_t highest = 0;
    for (std::uint32_t i = 0; i < asked.options.size(); ++i) {
      const choice_option& option = asked.options[i];
      if (touches(option) && option.chain != intended_) continue;
      const std::uint64_t priority = drawn_priority(option.chain, plan_.seed) | 1;
      if (priority > highest) best = i, highest = priority;
    }
    return best;
  }

  void ran(const step& what) override {
    if (!touches(what.what)) return;
    ++touching_;
    weights_.ran(what.what);
    intended_ = 0;
  }

  chain_weights weights_;
  std::uint64_t intended_ = 0;
  std::uint64_t touching_ = 0;
};

}  // namespace

std::unique_ptr<search_source> make_surw(const search_plan& plan, const search_model& learned) {
  return std::make_unique<surw_source>(plan, learned);
}

}  // namespace twinloop::sim
