// The racing pair of a failure.
#include "sim/testing/racing_pair.hpp"

#include <algorithm>
#include <tuple>

namespace twinloop::testing {
namespace {

constexpr std::size_t deviations_tried = 12;
constexpr std::size_t pairs_tested = 16;
constexpr std::size_t later_pairs_tested = 8;       // than the one that decides
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
  std::unique_ptr<observation> clean;  // where the pairs find it
  inverted_pairs pairs;
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
    auto seen = std::make_unique<observation>(lab.follow(with_smaller(deviations, index, value)));
    if (!failing(seen->result)) {
      inverted_pairs pairs(fails, *seen);
      if (pairs.count() > 0) {
        neighbour_run found{std::move(seen), std::move(pairs), index, made};
        found.smaller.value = value;
        return found;
      }
    }
    if (value == 0) return std::nullopt;
  }
}

/// A pair that was tried. The smaller its standing, the likelier it is the race: whatever passes both tests is. Else a
/// doubtful pair comes after those that are not: to hold a completion back moves other things too, and may decide by
/// these.
struct tried_pair {
  std::size_t rank = 0;
  step_pair pair;
  flips tested;
  auto standing() const {
    return std::tuple(!tested.both_decide(), pair.doubtful, tested.not_passed() - tested.passed());
  }
};

class trials {
 public:
  trials(experiments& lab, const observation& fails, const neighbour_run& near)
      : lab_(lab), fails_(fails), near_(near), done_(near.pairs.kept(), false) {}

  /// Of the likeliest pairs the one that stands the tests best; of those that are alike the likeliest.
  tried_pair best_of(std::size_t most) {
    tried_pair best = try_pair(0);
    for (std::size_t rank = 1; rank < std::min(near_.pairs.likely(), most) && !best.tested.both_decide(); ++rank) {
      tried_pair tried = try_pair(rank);
      if (tried.standing() < best.standing()) best = std::move(tried);
    }
    return best;
  }

  /// To turn round what a race comes of decides on the failure as well, and what only comes of the race does not decide
  /// any more. So from a pair that decides one goes on to those that come later and decide: the last is the race.
  tried_pair last_that_decides(tried_pair best, std::size_t most) {
    for (std::size_t rank = 0; rank < near_.pairs.kept() && most > 0; ++rank) {
      if (done_[rank] || !near_.pairs.later(rank, best.rank)) continue;
      --most;
      tried_pair tried = try_pair(rank);
      if (!tried.tested.both_decide()) continue;
      best = std::move(tried);
      rank = SIZE_MAX;  // from the likeliest on: those that are later than this one
    }
    return best;
  }

 private:
  tried_pair try_pair(std::size_t rank) {
    done_[rank] = true;
    tried_pair tried{rank, near_.pairs.spell(rank), {}};
    tried.tested = test_flips(lab_, tried.pair, fails_, *near_.clean);
    return tried;
  }

  experiments& lab_;
  const observation& fails_;
  const neighbour_run& near_;
  std::vector<bool> done_;  // by rank
};

racing_pair choose_pair(experiments& lab, const observation& fails, neighbour_run near) {
  const bool stalls = fails.result.broke.name == "stalled";
  trials tests(lab, fails, near);
  tried_pair best = tests.best_of(stalls ? pairs_tested_of_a_stall : pairs_tested);
  if (best.tested.both_decide() && !stalls) best = tests.last_that_decides(std::move(best), later_pairs_tested);
  racing_pair chosen;
  chosen.pair = std::move(best.pair);
  chosen.tested = std::move(best.tested);
  chosen.others = near.pairs.count() - 1;
  chosen.deviation = near.deviation;
  chosen.smaller = near.smaller;
  chosen.clean = std::move(*near.clean);
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
    if (!best || found->pairs.count() < best->pairs.count()) best = std::move(found);
  }
  if (!best) return std::nullopt;
  return choose_pair(lab, failing, std::move(*best));
}

}  // namespace twinloop::testing
