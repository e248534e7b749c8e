// Uniform random walk over interleavings: a ready chain is taken with probability proportional to the steps it has
// before it, which makes every interleaving equally likely if the lengths are right and nothing blocks (Zhao et al.,
// ASPLOS 2025; the lengths are learned, see model.cpp). Wrong lengths bias the walk, they do not break it.
#include "sim/strategies/chain_weights.hpp"

namespace twinloop::sim {
namespace {

class urw_source final : public searching_source {
 public:
  urw_source(const search_plan& plan, const search_model& learned)
      : searching_source(plan), weights_(learned, std::nullopt) {
    drawn_.reserve(16);
  }
  source_report report() const override {
    source_report made = report_;
    made.expected = weights_.expected();
    return made;
  }

 private:
  std::uint32_t pick(const question& asked) override {
    drawn_.clear();
    weights_.meet(asked.options);
    std::uint32_t sum = 0;
    for (const choice_option& option : asked.options) drawn_.push_back(sum += weights_.weight(option));
    const std::uint32_t at = picks_.below(sum);
    std::uint32_t chosen = 0;
    while (drawn_[chosen] <= at) ++chosen;
    return chosen;
  }
  void ran(const step& what) override { weights_.ran(what.what); }

  chain_weights weights_;
  std::vector<std::uint32_t> drawn_;  // sums of weights up to and with each option
};

}  // namespace

std::unique_ptr<search_source> make_urw(const search_plan& plan, const search_model& learned) {
  return std::make_unique<urw_source>(plan, learned);
}

}  // namespace twinloop::sim
