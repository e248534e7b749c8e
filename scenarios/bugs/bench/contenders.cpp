// The strategies of twinloop/choices.hpp.
#include "scenarios/bugs/bench/contenders.hpp"

#include <array>

#include "twinloop/assert.hpp"

namespace bugs::bench {
namespace {

namespace sim = twinloop::sim;
constexpr std::array<sim::strategy, 4> pure = {sim::strategy::random_walk, sim::strategy::static_priority,
                                               sim::strategy::defer, sim::strategy::natural};

}  // namespace

struct contender::state {
  std::string name;
  std::uint64_t seed;
  std::uint32_t kinds;
};

std::vector<std::string> contender_names() {
  std::vector<std::string> names{default_search};
  for (sim::strategy each : pure) names.emplace_back(sim::name(each));
  return names;
}

contender::contender(const std::string& name, std::uint64_t seed, std::uint32_t kinds,
                     const std::function<bool(sim::choice_source&)>&)
    : state_(new state{name, seed, kinds}) {}
contender::~contender() = default;

std::unique_ptr<sim::choice_source> contender::source(std::uint64_t run) const {
  sim::search_plan plan = sim::plan_run(state_->seed, run, state_->kinds);
  if (state_->name == default_search) return sim::make_source(plan);
  plan = sim::plan_run(state_->seed, run + 2, state_->kinds);
  plan.kinds = state_->kinds;
  for (sim::strategy each : pure) {
    if (state_->name == sim::name(each)) plan.how = each;
  }
  return sim::make_source(plan);
}

}  // namespace bugs::bench
