// The passes of the shrinker over lists of instructions.
#include <algorithm>
#include <array>
#include <unordered_set>

#include "sim/testing/shrinker.hpp"

namespace twinloop::testing {
namespace {

constexpr std::size_t cut_above = 64;  // deviations: below, removing halves from the end does the same
constexpr std::size_t pairs_tried_up_to = 16;
constexpr std::uint64_t one_tried_up_to = 8;  // deviations
constexpr std::size_t ones_tried = 128;

/// `choices` up to their `kept`-th deviation; what follows is natural.
std::vector<sim::choice_record> prefix(std::span<const sim::choice_record> choices, std::uint64_t kept) {
  std::vector<sim::choice_record> cut;
  for (const sim::choice_record& made : choices) {
    if (made.value != 0 && kept-- == 0) break;
    cut.push_back(made);
  }
  return cut;
}

/// Whether a deviation of this kind breaks something or is the test's own: what needs none is better shown without.
bool hurts(sim::choice_kind kind) { return kind >= sim::choice_kind::net_fault; }

/// Of the answers below `n`: powers of two, and the last one.
std::uint32_t next_tried(std::uint32_t value, std::uint32_t n) {
  return value * 2 >= n && value + 1 < n ? n - 1 : value * 2;
}

bool is_schedule(sim::choice_kind kind) { return is_order(kind) || kind == sim::choice_kind::pool_start; }

}  // namespace

void shrinker::shrink_schedule() {
  measure before;
  do {
    before = best_measure_;
    cut_tail();
    drop_kinds();
    if (best_measure_.deviations > 1) {
      if (std::optional<candidate> directives = as_directives()) {
        candidate current = reduce(*std::move(directives));
        canonicalise(current);
      }
    }
    candidate current = reduce(as_answers(best_));
    lower_values(current);
    one_for_all();
    if (best_measure_.deviations < 2) return;
    remove_pairs(current);
    delete_spans();
    natural_but_for_one();
  } while (best_measure_ < before && best_measure_.deviations > 1 && may_go_on());
}

/// The shortest run of deviations, from the start, that still fails. Failing need not be monotone in that length: the
/// search keeps an end that was seen to fail.
void shrinker::cut_tail() {
  if (best_measure_.deviations <= cut_above) return;
  const std::vector<sim::choice_record> whole = best_;
  std::uint64_t passes = 0;
  std::uint64_t fails_at = best_measure_.deviations;
  while (fails_at - passes > 1 && may_go_on()) {
    const std::uint64_t middle = passes + (fails_at - passes) / 2;
    (fails(as_answers(prefix(whole, middle))) ? fails_at : passes) = middle;
  }
}

/// Whole kinds at once: all that is not about order; else kind by kind, the least natural first. Then whole ways of
/// changing the order.
void shrinker::drop_kinds() {
  const auto without = [&](const auto& dropped) {
    candidate rest = as_answers(best_);
    const auto removed = std::erase_if(rest, [&](const instruction& each) { return dropped(each.record.kind); });
    return removed > 0 && fails(rest).has_value();
  };
  std::array<bool, sim::choice_kinds> present{};
  for (const sim::choice_record& made : best_) present[static_cast<std::size_t>(made.kind)] |= made.value != 0;
  if (!without([](sim::choice_kind kind) { return !is_schedule(kind); })) {
    for (std::size_t index = sim::choice_kinds; index-- > 0 && may_go_on();) {
      const auto each = static_cast<sim::choice_kind>(index);
      if (present[index] && !is_schedule(each)) (void)without([&](sim::choice_kind kind) { return kind == each; });
    }
  }
}

/// Removes instructions in chunks, halving them down to one, until no single one can go (delta debugging, Zeller and
/// Hildebrandt 2002). What made no difference in a failing run goes for nothing.
candidate shrinker::reduce(candidate current) {
  std::size_t chunk = std::max<std::size_t>(current.size() / 2, 1);
  while (!current.empty() && may_go_on()) {
    const bool removed = remove_some(current, chunk);
    if (!removed && chunk == 1) break;
    if (!removed) chunk /= 2;
    chunk = std::clamp<std::size_t>(chunk, 1, std::max<std::size_t>(current.size() / 2, 1));
  }
  return current;
}

/// One round over all chunks, from the end: what comes late in a run is the likelier to be idle.
bool shrinker::remove_some(candidate& current, std::size_t chunk) {
  bool removed = false;
  for (std::size_t end = current.size(); end > 0 && may_go_on();) {
    end = std::min(end, current.size());
    const std::size_t begin = end > chunk ? end - chunk : 0;
    candidate rest = current;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(begin), rest.begin() + static_cast<std::ptrdiff_t>(end));
    if (std::optional<candidate> kept = fails(rest)) {
      if (kept->size() < current.size()) removed = true;
      current = *std::move(kept);
    }
    end = begin;
  }
  return removed;
}

/// Each value by itself: at once to 1, else by halves.
void shrinker::lower_values(candidate& current) {
  for (std::size_t index = 0; index < current.size(); ++index) {
    std::uint32_t passes = 0;  // by definition: zero is the removal, which was tried
    while (may_go_on() && index < current.size() && current[index].record.option == 0 &&
           current[index].record.value - passes > 1) {
      candidate tried = current;
      tried[index].record.value = passes == 0 ? 1 : passes + (current[index].record.value - passes) / 2;
      const std::uint32_t value = tried[index].record.value;
      if (const std::optional<candidate> kept = fails(tried)) {
        current = tried;
      } else {
        passes = value;
      }
    }
  }
}

/// The questions of the natural run that may be answered otherwise: first those about what deviates or is overtaken in
/// the best run. Kinds that hurt the program by themselves are there only if that run has them.
std::vector<sim::choice_record> shrinker::questions_to_try() const {
  std::uint32_t present = 0;
  std::unordered_set<std::uint64_t> involved;
  for (const sim::choice_record& made : best_) {
    if (made.value == 0) continue;
    present |= sim::bit(made.kind);
    involved.insert(made.label);
  }
  for (const inversion& each : covering_inversions(best_steps_, natural_)) {
    involved.insert(best_steps_[each.held].label);
    involved.insert(best_steps_[each.until].label);
  }
  std::vector<sim::choice_record> questions;
  std::vector<sim::choice_record> others;
  for (const sim::choice_record& asked : natural_choices_) {
    if ((kinds_ & sim::bit(asked.kind)) == 0) continue;
    if (hurts(asked.kind) && (present & sim::bit(asked.kind)) == 0) continue;
    (involved.contains(asked.label) ? questions : others).push_back(asked);
  }
  questions.insert(questions.end(), others.begin(), others.end());
  return questions;
}

/// A single other answer to a question of the natural run, in the place of all there are: it need not have been in the
/// failing run.
void shrinker::natural_but_for_one() {
  if (best_measure_.deviations < 2 || best_measure_.deviations > one_tried_up_to) return;
  if (best_steps_.size() > steps_compared) return;
  std::size_t tried = 0;
  for (sim::choice_record& asked : questions_to_try()) {
    asked.option = 0;  // an answer by its number
    const std::uint32_t n = asked.n;
    for (asked.value = 1; asked.value < n; asked.value = next_tried(asked.value, n)) {
      if (tried++ == ones_tried || !may_go_on()) return;
      if (fails({follow(asked)})) return;
    }
  }
}

/// Two at a time, where that is affordable: a fault and the delay that makes room for it. Once it was affordable it
/// stays on.
void shrinker::remove_pairs(candidate& current) {
  pairs_on_ = pairs_on_ || current.size() <= pairs_tried_up_to;
  if (!pairs_on_ || current.size() < 3) return;
  for (std::size_t first = 0; first < current.size(); ++first) {
    for (std::size_t second = first + 1; second < current.size() && may_go_on(); ++second) {
      candidate rest = current;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(second));
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(first));
      std::optional<candidate> kept = fails(rest);
      if (!kept) continue;
      current = *std::move(kept);
      second = first;
    }
  }
  for (std::size_t removed = current.size(); removed-- > 0 && may_go_on();) {
    if (remove_and_move(current, removed)) removed = std::min(removed, current.size());
  }
}

/// One deviation less, and another one occurrence earlier or later.
bool shrinker::remove_and_move(candidate& current, std::size_t removed) {
  for (std::size_t moved = 0; moved < current.size() && may_go_on(); ++moved) {
    const sim::choice_record& record = current[moved].record;
    if (moved == removed || record.option != 0) continue;
    for (const int by : {-1, 1}) {
      if (by < 0 && record.occurrence == 0) continue;
      candidate tried = current;
      tried[moved].record.occurrence += static_cast<std::uint32_t>(by);
      tried.erase(tried.begin() + static_cast<std::ptrdiff_t>(removed));
      std::optional<candidate> kept = fails(tried);
      if (!kept) continue;
      current = *std::move(kept);
      return true;
    }
  }
  return false;
}

}  // namespace twinloop::testing
