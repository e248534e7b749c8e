// Which strategy answers which run, and with which parameters: pure functions of seed, run and what was learned.
#include <algorithm>

#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

constexpr const char* names[strategies] = {
    "natural", "random_walk", "static_priority", "defer",  "corner", "pct",     "pos",
    "urw",     "surw",        "delay_bounded",   "nodefz", "nacd",   "rotation"};

/// Corners in all, those of the opening included.
constexpr std::uint64_t corners_max = 20;
constexpr std::uint64_t corners_begin = 2;
constexpr std::uint64_t label_corners_max = corners_max - (search_model::learning_runs - corners_begin);
/// What a run's length is taken for when nothing was learned.
constexpr std::uint32_t steps_unknown = 64;

/// The cycle of schedule-exploration.md 1.6, led by URW: no single strategy is without a blind spot.
constexpr std::array<strategy, 20> cycle = {strategy::urw,
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

/// Until each label has been late once, one run in so many is a corner. In a block before all others they were the
/// median of every bug that they do not show: docs/decisions/0011-corners-among-the-others.md.
constexpr std::uint64_t corner_every = 5;

std::uint64_t seed_of_run(std::uint64_t seed, std::uint64_t run) {
  return mix64(seed ^ mix64(run + 0x9e3779b97f4a7c15ull));
}

/// `count` distinct steps of [1, length], ascending.
void draw_points(search_plan& plan, std::uint32_t count, std::uint32_t length, random_stream& draw) {
  count = std::min(count, length);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t point = 0;
    do {
      point = 1 + draw.below(length);
    } while (std::find(plan.points.begin(), plan.points.end(), point) != plan.points.end());
    plan.points[i] = point;
  }
  std::sort(plan.points.begin(), plan.points.begin() + count);
}

search_plan plan_corner(std::uint64_t seed, std::uint32_t kinds, corner extreme, std::uint64_t label = 0) {
  search_plan plan;
  plan.how = strategy::corner;
  plan.seed = seed;
  plan.kinds = kinds & ~fault_kinds();
  plan.extreme = extreme;
  plan.focus = label;
  return plan;
}

/// The label that is late in label corner `index`: each of them in turn; where there are too many, evenly spread.
std::uint64_t corner_label(std::uint64_t index, const search_model& learned) {
  const std::uint64_t all = learned.labels().size();
  if (all <= label_corners_max) return learned.labels()[index % all];
  return learned.labels()[(index % label_corners_max) * all / label_corners_max];
}

/// Half of the runs leave out a random half of the kinds, never the picks; half of those, a random half of the labels.
void draw_mask(search_plan& plan, random_stream& draw) {
  if (!draw.one_in(2)) return;
  const auto mask = static_cast<std::uint32_t>(draw.next());
  std::uint32_t always = bit(choice_kind::pick);
  if (!draw.one_in(4)) always |= bit(choice_kind::batch);  // all that is ready in one wait: now and then
  if (plan.how == strategy::defer) always |= bit(choice_kind::defer);
  plan.kinds &= mask | always;
  if (draw.one_in(2)) plan.label_mask = draw.next() | 1;
}

}  // namespace

const char* name(strategy how) noexcept {
  const auto index = static_cast<std::size_t>(how);
  return index < strategies ? names[index] : "unknown";
}

std::optional<strategy> parse_strategy(std::string_view text) noexcept {
  for (std::size_t i = 0; i < strategies; ++i) {
    if (text == names[i]) return static_cast<strategy>(i);
  }
  return std::nullopt;
}

search_plan plan_strategy(strategy how, std::uint64_t seed, std::uint32_t kinds, const search_model& learned) {
  TWINLOOP_ASSERT(how != strategy::rotation);
  if (how == strategy::natural) return {};
  search_plan plan;
  random_stream draw = random_stream(seed).split(0x6b696e64);
  plan.how = how;
  plan.seed = seed;
  plan.kinds = kinds;
  constexpr std::array<std::uint32_t, 4> defer_rates = {2, 4, 10, 20};
  plan.defer_one_in = defer_rates[draw.below(4)];
  constexpr std::array<std::uint32_t, 4> fault_rates = {8, 16, 48, 128};
  plan.fault_one_in = fault_rates[draw.below(4)];
  plan.fault_budget = 1 + draw.below(3);
  const std::uint32_t length = learned.steps() > 0 ? learned.steps() : steps_unknown;
  if (how == strategy::pct) draw_points(plan, draw.below(3), length, draw);
  if (how == strategy::delay_bounded) draw_points(plan, 1 + draw.below(2), length, draw);
  if (how == strategy::corner) {
    const std::uint64_t all = std::min<std::uint64_t>(learned.labels().size(), label_corners_max);
    const std::uint32_t which = draw.below(3 + static_cast<std::uint32_t>(all));
    if (which < 3) return plan_corner(seed, kinds, static_cast<corner>(which));
    return plan_corner(seed, kinds, corner::label, corner_label(which - 3, learned));
  }
  if (how == strategy::surw) {
    if (learned.foci().empty())
      plan.how = strategy::urw;  // no two chains touch one thing
    else
      plan.focus = learned.foci()[draw.below(static_cast<std::uint32_t>(learned.foci().size()))];
  }
  if (how == strategy::pos && !learned.any_declared()) plan.how = strategy::static_priority;
  return plan;
}

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
  const std::uint64_t label_corners = std::min<std::uint64_t>(learned.labels().size(), label_corners_max);
  if (how == strategy::corner && label_corners > 0) {
    return plan_corner(own, kinds, corner::label, corner_label(index, learned));
  }
  if (how != strategy::rotation) return plan_strategy(how, own, kinds, learned);
  const std::uint64_t corners_before = std::min(index / corner_every, label_corners);
  if (corners_before < label_corners && index % corner_every == corner_every - 1) {
    return plan_corner(own, kinds, corner::label, corner_label(corners_before, learned));
  }
  index -= corners_before;
  search_plan plan = plan_strategy(cycle[index % cycle.size()], own, kinds, learned);
  random_stream draw = random_stream(own).split(0x6d61736b);
  draw_mask(plan, draw);
  return plan;
}

std::unique_ptr<search_source> make_source(const search_plan& plan, const search_model& learned) {
  switch (plan.how) {
    case strategy::natural:
      return make_natural();
    case strategy::random_walk:
      return make_random_walk(plan);
    case strategy::static_priority:
      return make_static_priority(plan);
    case strategy::defer:
      return make_defer(plan);
    case strategy::corner:
      return make_corner(plan);
    case strategy::pct:
      return make_pct(plan);
    case strategy::pos:
      return make_pos(plan);
    case strategy::urw:
      return make_urw(plan, learned);
    case strategy::surw:
      return make_surw(plan, learned);
    case strategy::delay_bounded:
      return make_delay_bounded(plan);
    case strategy::nodefz:
      return make_nodefz(plan);
    case strategy::nacd:
      return make_nacd(plan);
    case strategy::rotation:
      break;
  }
  TWINLOOP_ASSERT(false);  // rotation is a choice between plans, never a plan
}

}  // namespace twinloop::sim
