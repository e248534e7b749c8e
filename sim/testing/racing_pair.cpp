// The racing pair of a failure.
#include "sim/testing/racing_pair.hpp"

#include <algorithm>

namespace twinloop::testing {
namespace {

constexpr std::size_t deviations_tried = 12;
constexpr std::size_t pairs_tested = 16;
constexpr std::size_t pairs_tested_of_a_stall = 2;  // each run that fails costs its whole patience
constexpr std::uint32_t largest_tried = 16;

bool has_to_do_with_order(sim::choice_kind kind) {
  return is_order(kind) || is_delay(kind) || kind == sim::choice_kind::pool_start || kind == sim::choice_kind::dns;
}

/// The same answers, but this one smaller. A smaller pick takes what is on offer there, so it no longer names an
/// option.
candidate with_smaller(candidate deviations, std::size_t index, std::uint32_t value) {
  if (value == 0) {
    deviations.erase(deviations.begin() + static_cast<std::ptrdiff_t>(index));
    return deviations;
  }
  deviations[index].record.value = value;
  return deviations;
}

/// A run that does not fail, and what it has in another order than the failing one.
struct neighbour_run {
  observation clean;
  std::vector<step_pair> pairs;  // the likeliest first
  std::size_t deviation = 0;
  sim::choice_record smaller{};
};

/// The nearest run that does not fail, with only this deviation smaller, and that has something in another order: a
/// hold that is a little shorter may end the same way round and be clean by its time only.
std::optional<neighbour_run> neighbour(experiments& lab, const observation& fails, const candidate& deviations,
                                       std::size_t index) {
  const sim::choice_record made = deviations[index].record;
  const bool one_way = made.kind == sim::choice_kind::pick || made.kind == sim::choice_kind::pool_start;
  for (std::uint32_t value = one_way ? 0 : std::min(made.value - 1, largest_tried);; --value) {
    observation seen = lab.follow(with_smaller(deviations, index, value));
    if (!failing(seen.result)) {
      std::vector<step_pair> pairs = inverted_pairs(fails, seen);
      if (!pairs.empty()) {
        neighbour_run found{std::move(seen), std::move(pairs), index, made};
        found.smaller.value = value;
        return found;
      }
    }
    if (value == 0) return std::nullopt;
  }
}

/// Decided in the pool, where what a job touches it touches before its completion, which is all that can be held back.
bool in_pool(sim::choice_kind kind) {
  return kind == sim::choice_kind::pool_start || kind == sim::choice_kind::pool_run ||
         kind == sim::choice_kind::pool_done;
}

/// The smaller, the likelier. Whatever passes both tests is the race. Else a doubtful pair comes after those that are
/// not: to hold a completion back moves other things too, and may decide by these.
std::pair<bool, std::pair<bool, int>> standing(const step_pair& pair, const flips& found, sim::choice_kind decided_by) {
  const int against = in_pool(decided_by) ? 0 : found.not_passed();
  return {!found.both_decide(), {pair.doubtful, against - found.passed()}};
}

/// Of the likeliest pairs the one that stands the tests best; of those that are alike the likeliest.
racing_pair choose_pair(experiments& lab, const observation& fails, neighbour_run near) {
  const std::size_t most = fails.result.broke.name == "stalled" ? pairs_tested_of_a_stall : pairs_tested;
  std::size_t best = 0;
  flips of_best;
  std::pair<bool, std::pair<bool, int>> of_best_stands;
  for (std::size_t at = 0; at < std::min(near.pairs.size(), most) && !of_best.both_decide(); ++at) {
    const flips found = test_flips(lab, near.pairs[at], fails, near.clean);
    const auto stands = standing(near.pairs[at], found, near.smaller.kind);
    if (at != 0 && stands >= of_best_stands) continue;
    of_best_stands = stands;
    best = at;
    of_best = found;
  }
  racing_pair chosen;
  chosen.pair = near.pairs[best];
  chosen.tested = of_best;
  chosen.others = near.pairs.size() - 1;
  chosen.deviation = near.deviation;
  chosen.smaller = near.smaller;
  chosen.clean = std::move(near.clean);
  return chosen;
}

}  // namespace

std::optional<racing_pair> find_racing_pair(experiments& lab, const observation& failing) {
  const candidate deviations = as_answers(failing.result.choices);
  std::optional<neighbour_run> best;
  for (std::size_t index = 0; index < std::min(deviations.size(), deviations_tried); ++index) {
    if (!has_to_do_with_order(deviations[index].record.kind)) continue;
    std::optional<neighbour_run> found = neighbour(lab, failing, deviations, index);
    if (!found) continue;
    if (!best || found->pairs.size() < best->pairs.size()) best = std::move(found);
  }
  if (!best) return std::nullopt;
  return choose_pair(lab, failing, std::move(*best));
}

}  // namespace twinloop::testing
