// A run with what is asked of it when it is compared with another one.
#include "sim/testing/compared_run.hpp"

namespace twinloop::testing {
namespace {

std::string_view name_in(const observation& seen, std::uint64_t identity) {
  const auto found = seen.step_names.find(identity);
  return found == seen.step_names.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view without_place(std::string_view name) { return name.substr(0, name.find(" [")); }

std::vector<std::uint32_t> lives_of(const observation& run) {
  std::map<std::uint64_t, std::uint32_t> started;
  std::vector<std::uint32_t> lives;
  for (const trace_step& step : run.steps) {
    std::uint32_t& count = started[step.process];
    if (step.label == step.process && name_in(run, step.identity).ends_with(" starts")) ++count;
    lives.push_back(count);
  }
  return lives;
}

}  // namespace

compared_run::compared_run(const observation& of)
    : seen(of), steps(of.steps), at(positions(of.steps)), past(of.steps), lives(lives_of(of)) {}

subjects_of_deviations::subjects_of_deviations(const observation& run) {
  for (const auto& [index, identity] : run.held) identities_.insert(identity);
  for (const overtaking& each : run.overtakings) {
    identities_.insert(each.taken.identity);
    for (const sim::choice_option& other : each.overtaken) identities_.insert(other.identity);
  }
  for (const sim::choice_record& made : run.result.choices) {
    if (made.value != 0) labels_.insert(made.label);
  }
}

bool is_bookkeeping(const observation& seen, std::uint64_t identity) {
  return name_in(seen, identity).ends_with(" takes a job");
}

bool runs_due_timers(const observation& seen, std::uint64_t identity) {
  return name_in(seen, identity).ends_with(" runs its due timers");
}

bool is_of_other_code(const compared_run& run, std::size_t step, const compared_run& other) {
  const std::uint64_t identity = run.steps[step].identity;
  const std::string_view here = name_in(run.seen, identity), there = name_in(other.seen, identity);
  return other.at.contains(identity) && here != there && without_place(here) == without_place(there);
}

}  // namespace twinloop::testing
