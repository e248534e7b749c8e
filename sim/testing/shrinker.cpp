// The search for the smallest run with a given failure: budget, trials, and what counts as smaller.
#include "sim/testing/shrinker.hpp"

namespace twinloop::testing {

shrinker::shrinker(executor execute, shrink_budget budget, run_result expected)
    : execute_(std::move(execute)), budget_(std::move(budget)), expected_(std::move(expected)) {
  TWINLOOP_ASSERT(!expected_.broke.name.empty());
}

shrinker::measure shrinker::measure_of(std::span<const sim::choice_record> choices) {
  measure size{0, 0, choices.size()};
  for (const sim::choice_record& made : choices) {
    size.deviations += made.value != 0;
    size.sum += made.value;
  }
  return size;
}

bool shrinker::may_go_on() {
  if (out_of_budget_) return false;
  out_of_budget_ = executions_ >= budget_.executions || std::chrono::steady_clock::now() >= budget_.until ||
                   (budget_.interrupted && budget_.interrupted());
  return !out_of_budget_;
}

bool shrinker::fails(sim::choice_source& source, observation* seen) {
  if (!may_go_on()) return false;
  ++executions_;
  observation tried = execute_(source, seen != nullptr);
  if (budget_.on_progress) budget_.on_progress(executions_, best_measure_.deviations);
  const bool same = failing(tried.result) && same_failure(tried.result, expected_) && !tried.truncated;
  if (same) {
    const measure size = measure_of(tried.result.choices);
    if (size < best_measure_) {
      best_ = tried.result.choices;
      best_measure_ = size;
    }
  }
  if (seen != nullptr) *seen = std::move(tried);
  return same;
}

bool shrinker::fails(const candidate& tried) {
  const std::uint64_t key = fingerprint(tried);
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  candidate_source source(tried);
  const bool result = fails(source);
  if (!out_of_budget_) known_.emplace(key, result);
  return result;
}

bool shrinker::improves(const candidate& tried) {
  const measure before = best_measure_;
  return fails(tried) && best_measure_ < before;
}

void shrinker::shrink(std::vector<sim::choice_record> choices) {
  best_ = std::move(choices);
  best_measure_ = measure_of(best_);
  if (fails(candidate{})) return;  // it fails in the natural order: nothing to explain
  cut_tail();
  drop_kinds();
  measure before;
  do {
    before = best_measure_;
    candidate current = reduce(choose_form());
    delay_held(current);
    (void)reduce(current);
    delay_overtaken();
    current = reduce(as_answers(best_));
    lower_values(current);
    remove_pairs(current);
  } while (best_measure_ < before && may_go_on());
}

}  // namespace twinloop::testing
