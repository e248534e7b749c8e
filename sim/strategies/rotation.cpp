// Which plan answers which run of a search: a pure function of seed, run and what was learned.
#include <algorithm>

#include "sim/strategies/corner_plans.hpp"
#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

constexpr std::uint64_t corners_begin = 2;
/// Until each label has been late once, one run in so many is a corner. In a block before all others they were the
/// median of every bug that they do not show: docs/decisions/0011-corners-among-the-others.md.
constexpr std::uint64_t corner_every = 10;

/// Who picks: a cycle led by URW, since no single strategy is without a blind spot.
constexpr std::array<strategy, 20> pickers = {strategy::urw,
                                              strategy::static_priority,
                                              strategy::pct,
                                              strategy::defer,
                                              strategy::urw,
                                              strategy::pos,
                                              strategy::pct,
                                              strategy::static_priority,
                                              strategy::urw,
                                              strategy::defer,
                                              strategy::delay_bounded,
                                              strategy::pct,
                                              strategy::urw,
                                              strategy::pos,
                                              strategy::static_priority,
                                              strategy::random_walk,
                                              strategy::urw,
                                              strategy::defer,
                                              strategy::pct,
                                              strategy::static_priority};

/// Who takes turns in the runs in which nothing is held beside: those that are least alike first.
constexpr std::array<strategy, 8> alone = {strategy::urw,   strategy::delay_bounded, strategy::static_priority,
                                           strategy::defer, strategy::pct,           strategy::random_walk,
                                           strategy::pos,   strategy::surw};

/// How the other half of the plan goes. First, a third of the runs each hold nothing beside, some and most: what is
/// easy for one of them is found soon. Later, of each round of 40 one holds nothing, 7 some and 32 most.
constexpr std::uint64_t first_runs = 30;
constexpr std::uint64_t round_runs = 40;

/// Where processes may die and calls may fail the first runs go on for ever: a bug in what comes after a fault is found
/// only by runs that, apart from the fault, take much of their natural course.
std::uint64_t first_runs_of(std::uint32_t kinds) {
  const std::uint32_t failing =
      bit(choice_kind::crash) | bit(choice_kind::disk_fault) | bit(choice_kind::net_fault) | bit(choice_kind::exhaust);
  return (kinds & failing) != 0 ? UINT64_MAX : first_runs;
}

holding holds_of(std::uint64_t index, std::uint32_t kinds) {
  constexpr std::array<holding, 3> thirds = {holding::own, holding::some, holding::most};
  if (index < first_runs_of(kinds)) return thirds[index % thirds.size()];
  const std::uint64_t at = (index - first_runs) % round_runs;
  return at == 0 ? holding::own : at % 6 == 3 ? holding::some : holding::most;
}

strategy picks_of(std::uint64_t index, std::uint32_t kinds) {
  if (holds_of(index, kinds) != holding::own) return pickers[index % pickers.size()];
  if (index < first_runs_of(kinds)) return alone[index / 3 % alone.size()];
  return alone[(first_runs / 3 + (index - first_runs) / round_runs) % alone.size()];
}

std::uint64_t seed_of_run(std::uint64_t seed, std::uint64_t run) {
  return mix64(seed ^ mix64(run + 0x9e3779b97f4a7c15ull));
}

/// Swarm: a quarter of the runs leave out a random half of the kinds, never the picks nor what holds; half of those, a
/// random half of the labels.
void draw_mask(search_plan& plan, random_stream& draw) {
  if (!draw.one_in(plan.holds == holding::own ? 4 : 32)) return;
  const auto mask = static_cast<std::uint32_t>(draw.next());
  std::uint32_t always = bit(choice_kind::pick);
  if (!draw.one_in(4)) always |= bit(choice_kind::batch);  // all that is ready in one wait: now and then
  if (plan.how == strategy::defer || plan.holds != holding::own) {
    always |= bit(choice_kind::defer) | bit(choice_kind::close_defer);
  }
  plan.kinds &= mask | always;
  if (draw.one_in(2)) plan.label_mask = draw.next() | 1;
}

}  // namespace

search_plan plan_run(std::uint64_t seed, std::uint64_t run, std::uint32_t kinds, const search_model& learned,
                     strategy how) {
  const std::uint64_t own = seed_of_run(seed, run);
  if (run < corners_begin || how == strategy::natural) {
    search_plan plan;
    plan.seed = own;
    return plan;
  }
  if (run < search_model::learning_runs) return plan_corner(own, kinds, static_cast<corner>(run - corners_begin));
  std::uint64_t index = run - search_model::learning_runs;
  const std::uint64_t corners = label_corners(learned);
  if (how == strategy::corner && corners > 0) return plan_label_corner(own, kinds, index, learned);
  if (how != strategy::rotation) return plan_strategy(how, own, kinds, learned);
  const std::uint64_t corners_before = std::min(index / corner_every, corners);
  if (corners_before < corners && index % corner_every == corner_every - 1) {
    return plan_label_corner(own, kinds, corners_before, learned);
  }
  index -= corners_before;
  search_plan plan = plan_strategy(picks_of(index, kinds), own, kinds, learned);
  plan.holds = holds_of(index, kinds);
  random_stream draw = random_stream(own).split(0x6d61736b);
  draw_mask(plan, draw);
  return plan;
}

}  // namespace twinloop::sim
