// Why a run fails.
#include "sim/testing/explanation.hpp"

#include "sim/testing/counterparts.hpp"
#include "sim/testing/death.hpp"

namespace twinloop::testing {
namespace {

watch_options watching(const run_result& expected, const shrink_options& options) {
  watch_options watch;
  watch.stall = stall_of_known(expected.broke, std::min(options.stall, std::chrono::milliseconds(2'000)));
  watch.go_on = [interrupted = options.interrupted] { return !(interrupted && interrupted()); };
  return watch;
}

/// What the pair is called in either column of the timeline: where a run does not have a step, it has no mark.
std::vector<marked_step> letters(const racing_pair& race, const observation& natural) {
  const counterparts same(race.clean, natural);
  const auto at = positions(race.clean.steps);
  const auto mark = [&](const std::optional<trace_step>& in_clean, const std::optional<trace_step>& in_failing,
                        char letter) {
    marked_step made{0, in_failing ? in_failing->identity : 0, letter};
    const std::size_t there = in_clean ? same.in_other(at.at(in_clean->identity)) : counterparts::nowhere;
    if (there != counterparts::nowhere) made.natural = natural.steps[there].identity;
    return made;
  };
  return {mark(race.pair.first, race.pair.first_in_failing, 'A'),
          mark(race.pair.second_in_clean, race.pair.second, 'B')};
}

/// Whether a run that knows the deviations only, as a regression test does, fails alike.
bool list_suffices(experiments& lab, const observation& failing) {
  std::vector<sim::choice_record> deviations;
  for (const sim::choice_record& made : failing.result.choices) {
    if (made.value != 0) deviations.push_back(made);
  }
  sim::replay_source source(std::move(deviations), sim::replay_source::matching::lenient);
  return lab.shows(lab.run(&source));
}

}  // namespace

observation run_natural(shared_memory& memory, const subject& what, std::uint64_t data_seed,
                        const watch_options& options) {
  return run_isolated(memory, {&what, nullptr, data_seed, 0, false, nullptr, true}, options);
}

explanation explain(shared_memory& memory, const subject& what, std::uint64_t data_seed,
                    std::vector<sim::choice_record> choices, const run_result& expected,
                    const shrink_options& options) {
  explanation why;
  why.shrunk = shrink(memory, what, data_seed, std::move(choices), expected, options);
  why.executions = why.shrunk.executions;
  if (why.shrunk.problem) {
    why.problem = why.shrunk.problem;
    return why;
  }
  subject smaller = what;
  smaller.settings = why.shrunk.settings;
  experiments lab(memory, smaller, data_seed, why.shrunk.failure, watching(expected, options));
  const observation& failing = why.shrunk.best;
  why.natural = lab.natural();
  if (failing.result.deviations > 0) why.race = find_racing_pair(lab, failing);
  const std::vector<marked_step> marks = why.race ? letters(*why.race, why.natural) : std::vector<marked_step>();
  if (failing.result.deviations > 0) why.timeline = fold(why.natural, failing, marks);
  why.list_suffices = list_suffices(lab, failing);
  why.sure = test_explanation(lab, failing);
  why.executions += lab.executions();
  return why;
}

}  // namespace twinloop::testing
