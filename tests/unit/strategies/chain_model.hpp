// A model of an event loop small enough to have analytic answers: chains of callbacks, each with one pending at a time.
// It asks what the simulator asks (picks with full options, defers as callbacks are queued) and nothing else, so that
// what is measured here is the strategy alone. Natural order: first in, first out.
#ifndef TWINLOOP_TESTS_UNIT_STRATEGIES_CHAIN_MODEL_HPP
#define TWINLOOP_TESTS_UNIT_STRATEGIES_CHAIN_MODEL_HPP

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/random.hpp"
#include "twinloop/strategies.hpp"

namespace twinloop::sim::test {

inline constexpr std::uint32_t endless = UINT32_MAX;

struct model_chain {
  std::uint32_t length = 1;          ///< endless: arms itself for ever under one label; the run ends without it
  std::uint32_t opened_by = 0;       ///< 0: there from the start; else 1 + index of the chain that opens it ...
  std::uint32_t opened_after = 0;    ///< ... when it has made so many steps
  std::uint64_t name = 0;            ///< what opened it; 0: of its own
  std::vector<conflict_key> keys{};  ///< each step touches these
  bool declared = false;
};

class chain_model {
 public:
  explicit chain_model(std::vector<model_chain> chains) : chains_(std::move(chains)) {}

  /// The chains (by index) in the order of their steps. `source` may be nullptr: natural order.
  const std::vector<std::uint32_t>& run(choice_source* source, std::uint64_t steps_max = 1'000'000) {
    source_ = source;
    listens_ = source != nullptr && source->wants_options();
    order_.clear();
    ready_.clear();
    held_.clear();
    made_.assign(chains_.size(), 0);
    number_.assign(chains_.size(), 0);
    step_ = picks_ = opened_ = 0;
    finite_left_ = 0;
    for (const model_chain& each : chains_) finite_left_ += each.length == endless ? 0 : each.length;
    for (std::uint32_t i = 0; i < chains_.size(); ++i) {
      if (chains_[i].opened_by == 0) open(i, 0);
    }
    while (finite_left_ > 0 && step_ < steps_max && go_on()) continue;
    return order_;
  }
  bool ended() const { return finite_left_ == 0; }
  /// Steps of chain `index` so far.
  std::uint32_t made(std::uint32_t index) const { return made_[index]; }

  std::uint64_t label_of(std::uint32_t chain, std::uint32_t at) const {
    return mix64(1000 * (chain + 1) + (chains_[chain].length == endless ? 0 : at));
  }

 private:
  struct pending {
    choice_option option;
    std::uint32_t chain = 0;
  };
  struct waiting {
    pending what;
    std::uint64_t until = 0;
  };

  void open(std::uint32_t chain, std::uint64_t parent) {
    number_[chain] = ++opened_;
    enqueue(chain, parent);
  }

  void enqueue(std::uint32_t chain, std::uint64_t parent) {
    const model_chain& of = chains_[chain];
    pending added{{}, chain};
    choice_option& option = added.option;
    option.label = label_of(chain, made_[chain]);
    option.identity = mix64(option.label + 0x632be59bd9b4e019ull * (made_[chain] + 1));
    option.process = 1;
    option.chain = number_[chain];
    option.parent_chain = parent;
    option.chain_name = of.name != 0 ? of.name : chain + 1;
    option.cause = step_;
    option.keys = of.keys;
    option.declared = of.declared;
    option.occurrence = of.length == endless ? made_[chain] : 0;
    std::uint32_t exponent = 0;
    if (source_ != nullptr) {
      exponent = std::min(source_->answer({choice_kind::defer, option.label, option.occurrence, 8, {}}), 7u);
    }
    if (exponent == 0) {
      ready_.push_back(added);
    } else {
      held_.push_back({added, step_ + (std::uint64_t{1} << exponent) - 1});
    }
  }

  bool go_on() {
    if (ready_.empty()) {
      if (held_.empty()) return false;
      release(std::min_element(held_.begin(), held_.end(),
                               [](const waiting& a, const waiting& b) { return a.until < b.until; }));
    }
    const std::uint32_t at = pick();
    const pending taken = ready_[at];
    ready_.erase(ready_.begin() + at);
    ++step_;
    if (listens_) source_->happened({step_, taken.option});
    order_.push_back(taken.chain);
    release_due();
    const model_chain& of = chains_[taken.chain];
    ++made_[taken.chain];
    if (of.length != endless) --finite_left_;
    for (std::uint32_t i = 0; i < chains_.size(); ++i) {
      const bool opens = chains_[i].opened_by == taken.chain + 1 && chains_[i].opened_after == made_[taken.chain];
      if (opens) open(i, number_[taken.chain]);
    }
    if (made_[taken.chain] < of.length) enqueue(taken.chain, of.opened_by == 0 ? 0 : number_[of.opened_by - 1]);
    return true;
  }

  std::uint32_t pick() {
    const auto n = static_cast<std::uint32_t>(ready_.size());
    if (n == 1 || source_ == nullptr) return 0;
    question asked{choice_kind::pick, 1, static_cast<std::uint32_t>(picks_++), n, {}};
    if (listens_) {
      options_.clear();
      for (const pending& each : ready_) options_.push_back(each.option);
      asked.options = options_;
    }
    return std::min(source_->answer(asked), n - 1);
  }

  void release_due() {
    for (std::size_t i = 0; i < held_.size();) {
      if (held_[i].until <= step_) {
        release(held_.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        ++i;
      }
    }
  }

  void release(std::vector<waiting>::iterator which) {
    ready_.push_back(which->what);
    held_.erase(which);
  }

  std::vector<model_chain> chains_;
  choice_source* source_ = nullptr;
  bool listens_ = false;
  std::vector<pending> ready_;
  std::vector<waiting> held_;
  std::vector<choice_option> options_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> made_;
  std::vector<std::uint64_t> number_;
  std::uint64_t step_ = 0;
  std::uint64_t picks_ = 0;
  std::uint64_t opened_ = 0;
  std::uint64_t finite_left_ = 0;
};

/// Chains of these lengths, all there from the start.
inline chain_model independent_chains(const std::vector<std::uint32_t>& lengths) {
  std::vector<model_chain> chains;
  for (const std::uint32_t length : lengths) chains.push_back({.length = length});
  return chain_model(std::move(chains));
}

/// What a search of seed `seed` would have learned about it.
inline search_model learn_about(chain_model& model, std::uint64_t seed = 1) {
  return learn(seed, order_kinds(), [&](std::uint64_t, choice_source& source) {
    model.run(&source, 20'000);
    return model.ended();
  });
}

/// How many of `runs` runs of a strategy make an order of which `is_hit` holds; seeds from `seed` on.
inline std::uint32_t count_hits(chain_model& model, strategy how, std::uint32_t runs, const search_model& learned,
                                const std::function<bool(const std::vector<std::uint32_t>&)>& is_hit,
                                const std::function<void(search_plan&, std::uint32_t)>& adjust = {},
                                std::uint64_t seed = 1) {
  std::uint32_t hits = 0;
  for (std::uint32_t run = 0; run < runs; ++run) {
    search_plan plan = plan_strategy(how, mix64(seed * 1'000'003 + run), order_kinds(), learned);
    if (adjust) adjust(plan, run);
    const auto source = make_source(plan, learned);
    hits += is_hit(model.run(source.get()));
  }
  return hits;
}

}  // namespace twinloop::sim::test

#endif
