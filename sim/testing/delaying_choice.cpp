// The choice of a run that says how long a step takes to become ready.
#include "sim/testing/delaying_choice.hpp"

#include "sim/testing/compared_run.hpp"

namespace twinloop::testing {
namespace {

/// How late: asked when the timers are due, before anything can happen because of them.
std::optional<sim::choice_record> lateness(const observation& run, const trace_step& step) {
  for (std::size_t index = std::min<std::size_t>(step.choices, run.result.choices.size()); index-- > 0;) {
    const sim::choice_record& made = run.result.choices[index];
    if (made.kind == sim::choice_kind::timer_late && made.label == step.label) return made;
  }
  return std::nullopt;
}

/// What was asked about `label` in the pool while the step at `at` ran.
std::optional<sim::choice_record> duration_chosen_in(const observation& run, std::size_t at, std::uint64_t label) {
  const std::size_t all = run.result.choices.size();
  const std::size_t end = at + 1 < run.steps.size() ? std::min<std::size_t>(run.steps[at + 1].choices, all) : all;
  for (std::size_t index = run.steps[at].choices; index < end; ++index) {
    const sim::choice_record& made = run.result.choices[index];
    const bool lasts = made.kind == sim::choice_kind::pool_done || made.kind == sim::choice_kind::dns;
    if (lasts && made.label == label) return made;
  }
  return std::nullopt;
}

}  // namespace

std::optional<sim::choice_record> delaying_choice(const observation& run, std::size_t at) {
  const trace_step& step = run.steps[at];
  if (runs_due_timers(run, step.identity)) return lateness(run, step);
  // A thread took the job, and it went on after each of its calls: each of these steps made the next one ready.
  for (std::size_t later = at;;) {
    const std::uint64_t number = run.steps[later].enabled_by;
    if (number < 1 || number > later) return std::nullopt;
    const std::size_t earlier = number - 1;
    if (const auto found = duration_chosen_in(run, earlier, step.label)) return found;
    if (run.steps[earlier].label != step.label) return std::nullopt;
    later = earlier;
  }
}

}  // namespace twinloop::testing
