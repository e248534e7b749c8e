// The passes of the shrinker.
#include <algorithm>

#include "sim/testing/shrinker.hpp"

namespace twinloop::testing {
namespace {

/// `choices` up to their `kept`-th deviation; what follows is natural.
std::vector<sim::choice_record> prefix(std::span<const sim::choice_record> choices, std::uint64_t kept) {
  std::vector<sim::choice_record> cut;
  for (const sim::choice_record& made : choices) {
    if (made.value != 0 && kept-- == 0) break;
    cut.push_back(made);
  }
  return cut;
}

/// Kinds whose answers keep one thing waiting: one of them can stand for many picks.
bool is_delay(sim::choice_kind kind) {
  switch (kind) {
    case sim::choice_kind::defer:
    case sim::choice_kind::close_defer:
    case sim::choice_kind::pool_run:
    case sim::choice_kind::pool_done:
    case sim::choice_kind::timer_late:
    case sim::choice_kind::latency:
      return true;
    default:
      return false;
  }
}

constexpr std::size_t delays_tried = 3;
constexpr std::size_t pairs_tried_below = 17;

}  // namespace

/// The shortest run of deviations, from the start, that still fails. Failing need not be monotone in that length: the
/// search keeps an end that was seen to fail.
void shrinker::cut_tail() {
  const std::vector<sim::choice_record> whole = best_;
  std::uint64_t passes = 0;
  std::uint64_t fails_at = best_measure_.deviations;
  while (fails_at - passes > 1 && may_go_on()) {
    const std::uint64_t middle = passes + (fails_at - passes) / 2;
    sim::replay_source source(prefix(whole, middle), sim::replay_source::matching::strict);
    (fails(source) ? fails_at : passes) = middle;
  }
}

/// Whole kinds at once, the least natural first: faults, then times, then orders.
void shrinker::drop_kinds() {
  for (std::size_t index = sim::choice_kinds; index-- > 0 && may_go_on();) {
    const auto kind = static_cast<sim::choice_kind>(index);
    candidate rest = as_answers(best_);
    const auto removed = std::erase_if(rest, [&](const instruction& each) { return each.record.kind == kind; });
    if (removed > 0) (void)improves(rest);
  }
}

/// The best run as instructions whose number can fall: "X waits until Y has run" if that shows the failure too, else
/// "X goes as soon as it can", else answer by answer.
candidate shrinker::choose_form() {
  const candidate answers = as_answers(best_);
  const bool picks =
      std::any_of(answers.begin(), answers.end(), [](const instruction& each) { return each.record.option != 0; });
  if (!picks) return answers;
  const std::vector<sim::choice_record> start = best_;
  observation seen;
  sim::replay_source same(start, sim::replay_source::matching::strict);
  if (!fails(same, &seen)) return answers;
  for (const bool all_pairs : {false, true}) {
    candidate orders = as_orders(start, seen.overtakings, all_pairs);
    if (fails(orders)) return orders;
  }
  candidate eager = as_eager(start);
  return fails(eager) ? eager : answers;
}

/// Removes instructions in chunks, halving them down to one, until no single one can go (delta debugging).
candidate shrinker::reduce(candidate current) {
  std::size_t chunk = std::max<std::size_t>(current.size() / 2, 1);
  while (!current.empty() && may_go_on()) {
    const bool removed = remove_some(current, chunk);
    if (!removed && chunk == 1) break;
    if (!removed) chunk /= 2;
    chunk = std::clamp<std::size_t>(chunk, 1, std::max<std::size_t>(current.size(), 1));
  }
  return current;
}

/// One round over all chunks, from the end: what comes late in a run is the likelier to be idle.
bool shrinker::remove_some(candidate& current, std::size_t chunk) {
  bool removed = false;
  for (std::size_t end = current.size(); end > 0 && may_go_on();) {
    const std::size_t begin = end > chunk ? end - chunk : 0;
    candidate rest = current;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(begin), rest.begin() + static_cast<std::ptrdiff_t>(end));
    if (fails(rest)) {
      current = std::move(rest);
      removed = true;
    }
    end = begin;
  }
  return removed;
}

/// The questions that could have delayed `option`, where it was overtaken for the first time at choice `before`: the
/// last one about its label before that is the likeliest.
std::vector<sim::choice_record> shrinker::delays_of(std::span<const sim::choice_record> choices,
                                                    const sim::choice_option& option, std::uint64_t before) {
  std::vector<sim::choice_record> delays;
  for (std::size_t index = std::min<std::size_t>(before, choices.size()); index-- > 0;) {
    const sim::choice_record& made = choices[index];
    if (made.label == option.label && is_delay(made.kind)) delays.push_back(made);
    if (delays.size() == delays_tried) break;
  }
  return delays;
}

/// Whether the failure is there with one of these delays in addition to `rest`, which becomes that candidate.
bool shrinker::delay_instead(candidate& rest, const std::vector<sim::choice_record>& delays) {
  for (const sim::choice_record& delay : delays) {
    instruction wait{instruction::form::answer, delay, {}, {}};
    for (std::uint32_t value = 1; value < delay.n && may_go_on(); ++value) {
      wait.record.value = value;
      candidate tried = rest;
      tried.push_back(wait);
      if (!fails(tried)) continue;
      rest = std::move(tried);
      return true;
    }
  }
  return false;
}

/// Puts one "held until so many others were delivered" in the place of the orders that hold one thing.
void shrinker::delay_held(candidate& current) {
  observation seen;
  candidate_source source(current);
  if (current.empty() || !fails(source, &seen)) return;
  for (const overtaking& what : seen.overtakings) {
    const sim::choice_option& held = what.overtaken.front();
    candidate rest = current;
    const auto removed = std::erase_if(rest, [&](const instruction& each) {
      return each.how == instruction::form::order && each.held.identity == held.identity;
    });
    if (removed > 0 && delay_instead(rest, delays_of(seen.result.choices, held, what.index))) {
      current = std::move(rest);
    }
  }
}

/// The same for what is left of picks in the best run.
void shrinker::delay_overtaken() {
  const auto picked = [](const sim::choice_record& made) { return made.value != 0 && made.option != 0; };
  while (std::any_of(best_.begin(), best_.end(), picked) && may_go_on()) {
    observation seen;
    sim::replay_source same(best_, sim::replay_source::matching::strict);
    if (!fails(same, &seen)) return;
    const measure before = best_measure_;
    for (const overtaking& what : seen.overtakings) {
      const std::uint64_t held = what.overtaken.front().identity;
      candidate rest = as_answers(seen.result.choices);
      std::erase_if(rest, [&](const instruction& each) {
        return std::any_of(seen.overtakings.begin(), seen.overtakings.end(), [&](const overtaking& other) {
          return each.record.option != 0 && other.taken.identity == each.record.option &&
                 other.overtaken.front().identity == held;
        });
      });
      (void)delay_instead(rest, delays_of(seen.result.choices, what.overtaken.front(), what.index));
      if (best_measure_ < before) break;  // the run is another one now, and a smaller one
    }
    if (!(best_measure_ < before)) return;
  }
}

/// Each value by itself: at once to 1, else by halves.
void shrinker::lower_values(candidate& current) {
  for (std::size_t index = 0; index < current.size(); ++index) {
    std::uint32_t passes = 0;  // by definition: zero is the removal, which was tried
    while (may_go_on() && current[index].record.option == 0 && current[index].record.value - passes > 1) {
      candidate tried = current;
      tried[index].record.value = passes == 0 ? 1 : passes + (current[index].record.value - passes) / 2;
      if (fails(tried)) {
        current = std::move(tried);
      } else {
        passes = tried[index].record.value;
      }
    }
  }
}

/// Two at a time, where that is affordable: a defer and the fault that it makes room for.
void shrinker::remove_pairs(candidate& current) {
  if (current.size() >= pairs_tried_below) return;
  for (std::size_t first = 0; first < current.size(); ++first) {
    for (std::size_t second = first + 1; second < current.size() && may_go_on(); ++second) {
      candidate rest = current;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(second));
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(first));
      if (!fails(rest)) continue;
      current = std::move(rest);
      second = first;
    }
  }
}

}  // namespace twinloop::testing
