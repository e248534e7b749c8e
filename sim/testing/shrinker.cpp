// The search for the smallest run with a given failure: budget, trials, and what counts as smaller.
#include "sim/testing/shrinker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/testing/difference.hpp"

namespace twinloop::testing {
namespace {
constexpr std::size_t others_kept = 8;
}  // namespace

shrinker::shrinker(executor execute, shrink_budget budget, failure_signature expected, std::uint64_t trace_hash,
                   const subject& what)
    : execute_(std::move(execute)),
      budget_(std::move(budget)),
      expected_(std::move(expected)),
      trace_hash_(trace_hash),
      settings_(what.settings),
      sizes_(what.sizes),
      kinds_(what.kinds) {
  TWINLOOP_ASSERT(expected_.failing());
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
  out_of_budget_ = done_.executions >= budget_.executions || done_.executions - last_progress_ >= budget_.stall ||
                   successes_ >= budget_.successes || std::chrono::steady_clock::now() >= budget_.until ||
                   (budget_.interrupted && budget_.interrupted());
  return !out_of_budget_;
}

void shrinker::progressed() {
  last_progress_ = done_.executions;
  ++successes_;
}

std::optional<observation> shrinker::execute(sim::choice_source& source, const configuration& settings) {
  if (!may_go_on()) return std::nullopt;
  ++done_.executions;
  observation tried = execute_.run(source, settings);
  if (budget_.on_progress) budget_.on_progress(done_.executions, best_measure_.deviations);
  if (tried.interrupted) {
    out_of_budget_ = true;
    return std::nullopt;
  }
  return tried;
}

bool shrinker::judge(const observation& tried, const configuration& settings) {
  const failure_signature shown = signature_of(tried);
  if (!shown.failing() || tried.truncated) return false;
  const measure size = measure_of(tried.result.choices);
  if (shown == expected_) {
    if (!(size < best_measure_)) return true;
    best_ = tried.result.choices;
    best_steps_ = tried.steps;
    best_measure_ = size;
    progressed();
    return true;
  }
  ++done_.slips;
  auto known = std::find_if(done_.also_seen.begin(), done_.also_seen.end(),
                            [&](const other_failure& each) { return each.what == shown; });
  if (known == done_.also_seen.end()) {
    if (done_.also_seen.size() == others_kept) return false;
    known = done_.also_seen.insert(known, {shown, 0, tried.result.choices, settings});
  }
  ++known->count;
  if (size < measure_of(known->choices)) {
    known->choices = tried.result.choices;
    known->settings = settings;
  }
  return false;
}

std::optional<candidate> shrinker::fails(const candidate& tried, const configuration& settings) {
  if (const auto known = known_.find(tried); known && settings == settings_) {
    ++done_.cached;
    if (!known->fails) return std::nullopt;
    return keep_used(tried, *known->used);
  }
  candidate_source source(tried);
  const std::optional<observation> seen = execute(source, settings);
  if (!seen) return std::nullopt;
  const bool same = judge(*seen, settings);
  const std::vector<bool> used = execute_.here ? source.used() : std::vector<bool>(tried.size(), true);
  if (settings == settings_) known_.add(tried, used, same);
  if (!same) return std::nullopt;
  candidate kept;
  for (std::size_t index = 0; index < tried.size(); ++index) {
    if (used[index]) kept.push_back(tried[index]);
  }
  return kept;
}

/// Twice here and, before, once by whoever gave its trace hash: the same failure by the same trace each time.
std::optional<std::string> shrinker::confirm(const std::vector<sim::choice_record>& choices) {
  std::optional<observation> first;
  for (int time = 0; time < 2; ++time) {
    sim::replay_source same(choices, sim::replay_source::matching::strict);
    std::optional<observation> seen = execute(same, settings_);
    if (!seen) return "there was no time to repeat the run even once";
    const failure_signature shown = signature_of(*seen);
    const std::uint64_t expected_hash = first ? first->result.hash : trace_hash_;
    const bool same_trace = expected_hash == 0 || seen->result.hash == expected_hash;
    if (shown != expected_ || !same_trace) {
      std::string text =
          fmt::format("uncontrolled nondeterminism: the same choices gave \"{}\" and then \"{}\"{}", expected_.text(),
                      shown.failing() ? shown.text() : "a clean run", shown == expected_ ? " by another trace" : "");
      if (first) {
        if (const auto difference = first_difference(*first, *seen)) text += "; " + *difference;
      }
      return text;
    }
    if (!first) first = std::move(seen);
  }
  best_ = first->result.choices;
  best_steps_ = std::move(first->steps);
  best_measure_ = measure_of(best_);
  return std::nullopt;
}

void shrinker::learn_natural() {
  sim::replay_source none({}, sim::replay_source::matching::lenient);
  const std::optional<observation> seen = execute(none, settings_);
  if (!seen) return;
  natural_ = seen->steps;
  natural_choices_ = seen->result.choices;
  done_.natural_fails = judge(*seen, settings_);
  known_.add({}, {}, done_.natural_fails);
}

shrink_outcome shrinker::shrink(std::vector<sim::choice_record> choices) {
  done_.problem = confirm(choices);
  if (!done_.problem) {
    measure before;
    do {
      before = best_measure_;
      learn_natural();
      if (!done_.natural_fails) shrink_schedule();
      shrink_workload();
    } while (best_measure_ < before && best_measure_.deviations > 1 && may_go_on());
  }
  done_.best = best_;
  done_.settings = settings_;
  done_.out_of_budget = out_of_budget_;
  return std::move(done_);
}

}  // namespace twinloop::testing
