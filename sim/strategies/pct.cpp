// Fair PCT over causal chains: random priorities, lowered at d - 1 points (Burckhardt et al., ASPLOS 2010); chains are
// met as the run goes on, as in Ozkan et al., OOPSLA 2018. A failure of depth d has at least 1/(n k^(d-1)), n chains
// and k steps. Fairness: a chain that keeps arming itself again goes behind the
// others after each firing, the age limit of all strategies holds, and a run that does not end is walked at random.
#include <algorithm>

#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

/// So many equal firings in a row, and a chain counts as one that arms itself again: an interval, a loop that polls.
/// Shorter rows are ordinary chains, to which the guarantee of PCT applies.
constexpr std::uint32_t firings_of_a_loop = 64;
/// Steps after which picks are uniform: Coyote's limit for unfair strategies.
constexpr std::uint64_t steps_of_an_unfair_run = 10'000;
constexpr std::uint64_t initial = std::uint64_t{1} << 63;  // priorities drawn are above this, lowered ones below

class pct_source final : public searching_source {
 public:
  explicit pct_source(const search_plan& plan) : searching_source(plan) { chains_.reserve(16); }

 private:
  struct chain_state {
    std::uint64_t priority = 0;  // 0 = not met yet
    std::uint64_t label = 0;     // of its last step
    std::uint32_t firings = 0;   // in a row under that label
  };

  chain_state& state_of(std::uint64_t chain) {
    TWINLOOP_ASSERT(chain < chains_max);
    if (chain >= chains_.size()) chains_.resize(chain + 1);
    chain_state& state = chains_[chain];
    if (state.priority == 0) state.priority = initial | mix64(plan_.seed + chain);
    return state;
  }

  std::uint32_t highest(const question& asked) {
    std::uint32_t best = 0;
    std::uint64_t most = 0;
    for (std::uint32_t i = 0; i < asked.options.size(); ++i) {
      const std::uint64_t priority = state_of(asked.options[i].chain).priority;
      if (priority > most) best = i, most = priority;
    }
    return best;
  }

  std::uint32_t pick(const question& asked) override {
    if (steps() >= steps_of_an_unfair_run) {
      ++report_.walked;
      return picks_.below(asked.n);
    }
    const std::uint32_t best = highest(asked);
    if (!changes_at(steps() + 1)) return best;
    lower(state_of(asked.options[best].chain), steps() + 1);
    return highest(asked);
  }

  bool changes_at(std::uint64_t number) const {
    return std::find(plan_.points.begin(), plan_.points.end(), number) != plan_.points.end();
  }

  void lower(chain_state& state, std::uint64_t at) {
    state.priority = --lowered_;
    changed_at_ = at;
  }

  void ran(const step& what) override {
    chain_state& state = state_of(what.what.chain);
    if (changes_at(steps()) && changed_at_ != steps()) lower(state, steps());  // it had no rival, and may get some
    if (state.label != what.what.label) {
      state.label = what.what.label;
      state.firings = 0;
    }
    if (++state.firings < firings_of_a_loop) return;
    state.priority = --lowered_;
    ++report_.demoted;
  }

  std::vector<chain_state> chains_;
  std::uint64_t lowered_ = initial;
  std::uint64_t changed_at_ = 0;
};

}  // namespace

std::unique_ptr<search_source> make_pct(const search_plan& plan) { return std::make_unique<pct_source>(plan); }

}  // namespace twinloop::sim
