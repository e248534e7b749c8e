// The parameters of a strategy's plans, as pure functions of the seed and of what was learned; and the sources of
// plans.
#include <algorithm>

#include "sim/strategies/corner_plans.hpp"
#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

constexpr const char* names[strategies] = {
    "natural", "random_walk", "static_priority", "defer",   "corner", "pct",  "pos",
    "urw",     "surw",        "delay_bounded",   "scatter", "nodefz", "nacd", "rotation"};

/// What a run's length is taken for when nothing was learned.
constexpr std::uint32_t steps_unknown = 64;

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
    const std::uint32_t which = draw.below(3 + static_cast<std::uint32_t>(label_corners(learned)));
    if (which < 3) return plan_corner(seed, kinds, static_cast<corner>(which));
    return plan_label_corner(seed, kinds, which - 3, learned);
  }
  if (how == strategy::surw) {
    if (learned.foci().empty())
      plan.how = strategy::urw;  // no two chains touch one thing
    else
      plan.focus = learned.foci()[draw.below(static_cast<std::uint32_t>(learned.foci().size()))];
  }
  if (how == strategy::scatter) {
    plan.how = strategy::random_walk;
    plan.holds = holding::most;
  }
  if (how == strategy::pos && !learned.any_declared()) plan.how = strategy::static_priority;
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
    case strategy::scatter:
    case strategy::rotation:
      break;
  }
  TWINLOOP_ASSERT(false);  // no plan is of these two: one is a choice between plans, the other sets two fields
}

}  // namespace twinloop::sim
