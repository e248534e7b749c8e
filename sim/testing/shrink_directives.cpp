// The shrinker's passes over directives: "X waits until Y has run" in the place of many answers.
#include <algorithm>

#include "sim/testing/shrinker.hpp"

namespace twinloop::testing {
namespace {

constexpr std::size_t inversions_tried = 256;
constexpr std::uint64_t tried_by_one = 8;  // deviations that may have one cause
constexpr std::uint32_t longest_hold = 7;  // until 127 others were delivered

bool of_order(sim::choice_kind kind) { return is_order(kind); }
bool of_order_or_delay(sim::choice_kind kind) { return is_order(kind) || is_delay(kind); }

}  // namespace

/// The best run's answers without those of the kinds that directives replace.
candidate shrinker::keep_back(const std::function<bool(sim::choice_kind)>& replaced) const {
  candidate kept = as_answers(best_);
  std::erase_if(kept, [&](const instruction& each) { return replaced(each.record.kind); });
  return kept;
}

/// The best run as directives, which are fewer, and whose number can fall: for each step that was overtaken one that
/// covers it; if that does not show the failure, all inverted pairs. Nothing if neither does.
std::optional<candidate> shrinker::as_directives() {
  const bool schedule = std::any_of(best_.begin(), best_.end(), [](const sim::choice_record& made) {
    return made.value != 0 && of_order_or_delay(made.kind);
  });
  if (!schedule || best_steps_.size() > steps_compared || natural_.empty()) return std::nullopt;
  const trace run = best_steps_;
  const std::vector<inversion> covering = covering_inversions(run, natural_);
  const candidate plain = keep_back(of_order_or_delay);
  const candidate delayed = keep_back(of_order);
  const auto attempt = [&](const std::vector<inversion>& inversions, const candidate& rest) {
    candidate tried = as_orders(run, inversions);
    tried.insert(tried.end(), rest.begin(), rest.end());
    return fails(tried);
  };
  if (auto kept = attempt(covering, plain)) return kept;
  if (delayed.size() != plain.size()) {
    if (auto kept = attempt(covering, delayed)) return kept;
  }
  const std::vector<inversion> all = all_inversions(run, natural_, inversions_tried);
  if (all.size() <= covering.size()) return std::nullopt;
  return attempt(all, delayed);
}

/// Directives as choices, the fewest there are: each step held as long as it needs, or for as long as can be, or not
/// at all while the one it waits for is rushed. What was recorded on the way is the canonical form.
void shrinker::canonicalise(candidate& current) {
  for (std::size_t index = 0; index < current.size() && may_go_on(); ++index) {
    if (current[index].how != instruction::form::order) continue;
    if (best_measure_.deviations <= current.size()) return;  // one choice each: it is canonical
    const std::uint32_t now = current[index].exponent;
    std::vector<instruction> forms;
    for (const std::uint32_t exponent : {now + 1, now - 1, longest_hold}) {
      if (exponent == now || exponent == 0 || exponent > longest_hold) continue;
      forms.push_back(current[index]);
      forms.back().exponent = exponent;
    }
    forms.push_back(current[index]);
    forms.back().how = instruction::form::rush;
    forms.back().held = 0;
    forms.back().exponent = 0;
    for (const instruction& form : forms) {
      candidate tried = current;
      tried[index] = form;
      const measure before = best_measure_;
      if (!fails(tried) || !(best_measure_ < before)) continue;
      current = std::move(tried);
      break;
    }
  }
}

/// One thing in the place of all that changes the order: the one cause behind two effects. Each step that was overtaken
/// is late by itself, by more and more; each that overtook goes first.
void shrinker::one_for_all() {
  if (best_measure_.deviations < 2 || best_measure_.deviations > tried_by_one) return;
  if (best_steps_.size() > steps_compared) return;
  const candidate rest = keep_back(of_order_or_delay);
  if (best_measure_.deviations <= rest.size() + 1) return;
  const auto improves = [&](const instruction& single) {
    candidate tried = rest;
    tried.push_back(single);
    const measure before = best_measure_;
    return fails(tried) && best_measure_ < before;
  };
  const trace run = best_steps_;
  const std::vector<inversion> inversions = covering_inversions(run, natural_);
  for (const std::uint32_t exponent : {2u, 3u, 1u, 4u, longest_hold}) {
    for (const inversion& each : inversions) {
      instruction late;
      late.how = instruction::form::order;
      late.held = late.until = run[each.held].identity;
      late.exponent = exponent;
      if (!may_go_on() || improves(late)) return;
    }
  }
  for (const inversion& each : inversions) {
    instruction first;
    first.how = instruction::form::rush;
    first.until = run[each.until].identity;
    if (!may_go_on() || improves(first)) return;
  }
}

}  // namespace twinloop::testing
