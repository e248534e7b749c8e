// The strategies of twinloop/strategies.hpp.
#include "scenarios/bugs/bench/contenders.hpp"

#include "sim/random.hpp"
#include "twinloop/assert.hpp"
#include "twinloop/strategies.hpp"

namespace bugs::bench {

namespace sim = twinloop::sim;

struct contender::state {
  sim::strategy how = sim::strategy::natural;
  std::uint64_t seed = 0;
  std::uint32_t kinds = 0;
  sim::search_model learned{};
};

std::vector<std::string> contender_names() {
  std::vector<std::string> names{default_search};
  for (std::size_t i = 0; i < sim::strategies; ++i) {
    const std::string name = sim::name(static_cast<sim::strategy>(i));
    if (name != default_search) names.push_back(name);
  }
  return names;
}

contender::contender(const std::string& name, std::uint64_t seed, std::uint32_t kinds,
                     const std::function<bool(sim::choice_source&)>& execute)
    : state_(new state{sim::parse_strategy(name).value_or(sim::strategy::rotation), seed, kinds}) {
  state_->learned = sim::learn(seed, kinds, [&](std::uint64_t, sim::choice_source& source) { return execute(source); });
}
contender::~contender() = default;

std::unique_ptr<sim::choice_source> contender::source(std::uint64_t run) const {
  if (state_->how == sim::strategy::rotation) {
    const sim::search_plan plan = sim::plan_run(state_->seed, run, state_->kinds, state_->learned);
    return sim::make_source(plan, state_->learned);
  }
  const std::uint64_t seed = sim::mix64(state_->seed ^ sim::mix64(run + 1));
  return sim::make_source(sim::plan_strategy(state_->how, seed, state_->kinds, state_->learned), state_->learned);
}

}  // namespace bugs::bench
