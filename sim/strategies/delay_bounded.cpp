// Delay bounding (Emmi, Qadeer, Rakamaric, POPL 2011): natural order, but at a few points what would be next is set
// aside until only such things are left. k steps and d delays make fewer than (k + 1)^d schedules: they can be sampled,
// or gone through by index (delay_plan).
#include <algorithm>

#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

class delay_bounded_source final : public searching_source {
 public:
  using searching_source::searching_source;

 private:
  bool is_aside(const choice_option& option) const {
    return std::find(aside_.begin(), aside_.end(), option.identity) != aside_.end();
  }

  /// The first option from `begin` on that is not set aside; n if there is none.
  std::uint32_t first_from(std::uint32_t begin, const question& asked) const {
    const auto n = static_cast<std::uint32_t>(asked.options.size());
    if (aside_.empty()) return begin;
    while (begin < n && is_aside(asked.options[begin])) ++begin;
    return begin;
  }

  std::uint32_t start(const question& asked) override { return value(asked); }
  std::uint32_t pick(const question& asked) override {
    std::uint32_t next = first_from(0, asked);
    for (const std::uint32_t point : plan_.points) {
      if (point != steps() + 1) continue;
      const std::uint32_t after = first_from(std::min(next + 1, asked.n), asked);
      if (after >= asked.n) break;  // nothing would go instead
      aside_.push_back(asked.options[next].identity);
      next = after;
    }
    return next < asked.n ? next : 0;
  }

  std::vector<std::uint64_t> aside_;  // at most as many as there are points
};

}  // namespace

std::unique_ptr<search_source> make_delay_bounded(const search_plan& plan) {
  return std::make_unique<delay_bounded_source>(plan);
}

std::uint64_t delay_plans(std::uint32_t steps, std::uint32_t delays) noexcept {
  const std::uint64_t k = steps;
  const std::uint64_t with[] = {1, k, k * (k + 1) / 2, k * (k + 1) * (k + 2) / 6};
  std::uint64_t all = 0;
  for (std::uint32_t d = 0; d <= delays && d <= search_plan::points_max; ++d) all += with[d];
  return all;
}

search_plan delay_plan(std::uint64_t index, std::uint32_t steps, std::uint64_t seed, std::uint32_t kinds) {
  TWINLOOP_ASSERT(index < delay_plans(steps, search_plan::points_max));
  search_plan plan;
  plan.how = strategy::delay_bounded;
  plan.seed = mix64(seed);
  plan.kinds = kinds;
  std::uint32_t delays = 0;
  while (index >= delay_plans(steps, delays)) ++delays;
  if (delays > 0) index -= delay_plans(steps, delays - 1);
  // The index-th non-increasing sequence of `delays` points: the first of them decides most.
  std::uint32_t below = steps;
  for (std::uint32_t i = 0; i < delays; ++i) {
    const std::uint32_t rest = delays - i;
    // Sequences of length `rest` with all points in [1, p]: what delay_plans adds for `rest` of p steps.
    const auto sequences = [rest](std::uint32_t p) { return delay_plans(p, rest) - delay_plans(p, rest - 1); };
    std::uint32_t point = 1;
    while (point < below && sequences(point) <= index) ++point;
    index -= sequences(point - 1);
    plan.points[i] = point;
    below = point;
  }
  return plan;
}

}  // namespace twinloop::sim
