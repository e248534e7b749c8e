// Whether the order of one pair of steps decides on a failure.
#include "sim/testing/flip_test.hpp"

#include <algorithm>

#include "sim/testing/counterparts.hpp"
#include "sim/testing/delaying_choice.hpp"

namespace twinloop::testing {
namespace {

constexpr std::uint32_t longest_hold = 8;  // an answer of defer: 7 is until 127 others were delivered, 8 is 62.5 ms
constexpr int turned_runs_tried = 2;
constexpr std::size_t nowhere = counterparts::nowhere;

using decision = std::function<bool(const observation&)>;

/// A run, the step in it that is to be kept back, and the one that is to come before it: of the same run, or of the
/// other one if only that has it.
struct turn {
  const observation& run;
  const trace_step& held;
  const observation& other;
  const trace_step& until;
};

/// What differs in the run from the natural order, but for what it keeps `held` back by: that is asked anew.
candidate answers_without(const observation& run, std::uint64_t held, const sim::choice_record* delay) {
  candidate answers;
  for (std::size_t index = 0; index < run.result.choices.size(); ++index) {
    const sim::choice_record& made = run.result.choices[index];
    const auto kept = run.held.find(index);
    if (made.value == 0 || (kept != run.held.end() && kept->second == held)) continue;
    if (delay != nullptr && made.kind == delay->kind && made.label == delay->label &&
        made.occurrence == delay->occurrence) {
      continue;
    }
    answers.push_back(follow(made));
  }
  return answers;
}

std::size_t position_in(const counterparts& same, const observation& run, const trace_step& step) {
  return same.in_other(positions(run.steps).at(step.identity));
}

bool is_turned_round(const observation& seen, const turn& wanted) {
  const counterparts of_run(wanted.run, seen);
  const bool in_run = &wanted.other == &wanted.run;
  const std::size_t first = in_run ? position_in(of_run, wanted.run, wanted.until)
                                   : position_in(counterparts(wanted.other, seen), wanted.other, wanted.until);
  return first != nowhere && first < position_in(of_run, wanted.run, wanted.held);  // which may be nowhere
}

/// Whether anything in the run was kept back because of `held`.
bool kept_anything(const observation& seen, std::uint64_t held) {
  const auto is_held = [&](const auto& each) { return each.second == held; };
  if (std::any_of(seen.held.begin(), seen.held.end(), is_held)) return true;
  return std::any_of(seen.overtakings.begin(), seen.overtakings.end(), [&](const overtaking& each) {
    return std::any_of(each.overtaken.begin(), each.overtaken.end(),
                       [&](const sim::choice_option& other) { return other.identity == held; });
  });
}

/// Tries what makes a step later, from the least on. Where the order is turned round and nothing comes of it, a little
/// more is tried: what one wait has delivered is handled in the order of the loop's phases.
class later_runs {
 public:
  later_runs(const turn& wanted, const decision& decides) : wanted_(wanted), decides_(decides) {}
  /// Takes in a run; true if there is nothing more to try.
  bool enough(experiments& lab, const observation& seen) {
    if (!is_turned_round(seen, wanted_)) return false;
    if (decides_(seen)) {
      found_ = {flip::outcome::decides, {}};
      return true;
    }
    const bool otherwise = failing(seen.result) && !lab.shows(seen);
    found_.came = otherwise ? flip::outcome::fails_otherwise : flip::outcome::does_not;
    found_.failure = otherwise ? experiments::outcome(seen) : std::string();
    return ++turned_ == turned_runs_tried;
  }
  const flip& found() const { return found_; }

 private:
  const turn& wanted_;
  const decision& decides_;
  flip found_;
  int turned_ = 0;
};

/// With the step, and what it did before its completion, late.
flip with_step_late(experiments& lab, const turn& wanted, const decision& decides) {
  later_runs runs(wanted, decides);
  const auto delay = delaying_choice(wanted.run, positions(wanted.run.steps).at(wanted.held.identity));
  if (!delay || !lab.may_choose(delay->kind)) return {};
  candidate instructions = answers_without(wanted.run, wanted.held.identity, &*delay);
  instructions.push_back(follow(*delay));
  for (std::uint32_t& value = instructions.back().record.value; ++value < delay->n;) {
    if (runs.enough(lab, lab.follow(instructions))) break;
  }
  return runs.found();
}

/// With its completion held back.
flip with_completion_held(experiments& lab, const turn& wanted, const decision& decides) {
  later_runs runs(wanted, decides);
  instruction order;
  order.how = instruction::form::order;
  order.held = wanted.held.identity;
  order.until = wanted.until.identity;
  for (order.exponent = 1; order.exponent <= longest_hold; ++order.exponent) {
    candidate instructions = answers_without(wanted.run, order.held, nullptr);
    instructions.push_back(order);
    const observation seen = lab.follow(instructions);
    if (runs.enough(lab, seen)) break;
    if (!kept_anything(seen, order.held)) break;  // longer would be the same run again
  }
  return runs.found();
}

/// Either way of it that decides will do: a completion that is held back has done before what it did in the pool.
flip try_both_ways(experiments& lab, const turn& wanted, const decision& decides) {
  const flip late = with_step_late(lab, wanted, decides);
  if (late.decides()) return late;
  const flip held = with_completion_held(lab, wanted, decides);
  return held.decides() || !late.tested() ? held : late;
}

}  // namespace

flips test_flips(experiments& lab, const step_pair& pair, const observation& failing, const observation& clean) {
  const turn in_failing = pair.first_in_failing ? turn{failing, pair.second, failing, *pair.first_in_failing}
                                                : turn{failing, pair.second, clean, pair.first};
  const turn in_clean = pair.second_in_clean ? turn{clean, pair.first, clean, *pair.second_in_clean}
                                             : turn{clean, pair.first, failing, pair.second};
  flips found;
  found.to_clean =
      try_both_ways(lab, in_failing, [](const observation& seen) { return !testing::failing(seen.result); });
  found.to_failing = try_both_ways(lab, in_clean, [&](const observation& seen) { return lab.shows(seen); });
  return found;
}

}  // namespace twinloop::testing
