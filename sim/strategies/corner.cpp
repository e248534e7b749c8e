// Corner schedules: fixed extremes. "X goes late" is found in as many runs as there are labels, without chance.
#include <algorithm>

#include "sim/strategies/corner_plans.hpp"
#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

/// After this many deviations the rest of the run is natural: a program whose time-outs all fire would retry for ever.
constexpr std::uint32_t most_deviations = 1000;
/// With the three of the opening, twenty corners.
constexpr std::uint64_t label_corners_max = 17;

class corner_source final : public searching_source {
 public:
  using searching_source::searching_source;

 private:
  std::uint32_t pick(const question& asked) override { return bounded(extreme_pick(asked)); }
  std::uint32_t hold(const question& asked) override { return bounded(extreme_hold(asked)); }
  std::uint32_t value(const question& asked) override { return bounded(extreme_value(asked)); }

  std::uint32_t bounded(std::uint32_t answer) {
    if (answer == 0 || deviations_ == most_deviations) return 0;
    ++deviations_;
    return answer;
  }

  std::uint32_t extreme_pick(const question& asked) {
    switch (plan_.extreme) {
      case corner::lifo:
        return asked.n - 1;
      case corner::timers:
        return 0;
      case corner::pools:
        return first_where(asked, [this](std::uint64_t label) { return !of_pool(label); });
      case corner::label:
        return first_where(asked, [this](std::uint64_t label) { return label != plan_.focus; });
    }
    return 0;
  }

  template <class Condition>
  static std::uint32_t first_where(const question& asked, Condition condition) {
    for (std::uint32_t i = 0; i < asked.options.size(); ++i) {
      if (condition(asked.options[i].label)) return i;
    }
    return 0;
  }

  std::uint32_t extreme_hold(const question& asked) {
    const std::uint32_t longest = std::min(asked.n, holds_by_count) - 1;
    if (plan_.extreme == corner::pools) return of_pool(asked.label) ? longest : 0;
    return plan_.extreme == corner::label && asked.label == plan_.focus ? longest : 0;
  }

  std::uint32_t extreme_value(const question& asked) {
    switch (plan_.extreme) {
      case corner::lifo:
        return asked.kind == choice_kind::pool_start ? asked.n - 1 : 0;
      case corner::timers:
        return asked.kind == choice_kind::timer_late ? asked.n - 1 : 0;
      case corner::pools:
        return late_pool(asked);
      case corner::label:
        return is_lateness(asked.kind) && asked.label == plan_.focus ? asked.n - 1 : 0;
    }
    return 0;
  }

  static bool is_lateness(choice_kind kind) {
    return kind == choice_kind::pool_run || kind == choice_kind::pool_done || kind == choice_kind::timer_late ||
           kind == choice_kind::latency;
  }

  /// Who is asked about a pool is known from there on as belonging to it, and its completions are held too.
  std::uint32_t late_pool(const question& asked) {
    if (asked.kind == choice_kind::pool_start && !of_pool(asked.label)) pool_labels_.push_back(asked.label);
    if (asked.kind != choice_kind::pool_run && asked.kind != choice_kind::pool_done) return 0;
    if (!of_pool(asked.label)) pool_labels_.push_back(asked.label);
    return asked.n - 1;
  }
  bool of_pool(std::uint64_t label) const {
    return std::find(pool_labels_.begin(), pool_labels_.end(), label) != pool_labels_.end();
  }

  std::vector<std::uint64_t> pool_labels_;
  std::uint32_t deviations_ = 0;
};

}  // namespace

std::uint64_t label_corners(const search_model& learned) {
  return std::min<std::uint64_t>(learned.labels().size(), label_corners_max);
}

search_plan plan_corner(std::uint64_t seed, std::uint32_t kinds, corner extreme) {
  search_plan plan;
  plan.how = strategy::corner;
  plan.seed = seed;
  plan.kinds = kinds & ~fault_kinds();
  plan.extreme = extreme;
  return plan;
}

search_plan plan_label_corner(std::uint64_t seed, std::uint32_t kinds, std::uint64_t index,
                              const search_model& learned) {
  const std::uint64_t corners = label_corners(learned);
  TWINLOOP_ASSERT(corners > 0);
  search_plan plan = plan_corner(seed, kinds, corner::label);
  plan.focus = learned.labels()[(index % corners) * learned.labels().size() / corners];
  return plan;
}

std::unique_ptr<search_source> make_corner(const search_plan& plan) { return std::make_unique<corner_source>(plan); }

}  // namespace twinloop::sim
