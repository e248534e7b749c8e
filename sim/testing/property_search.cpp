// Finding a failing case of a property, and making it small.
#include "sim/testing/property_search.hpp"

#include <array>

#include "sim/testing/run.hpp"
#include "sim/testing/shrink.hpp"

namespace twinloop::testing {
namespace {

constexpr std::uint64_t rounds_max = 20;  // of workload and schedule in turns; two or three are usual
constexpr std::uint64_t derive_schedules = 500;
constexpr double shrink_seconds = 60;  // far beyond what the limit of runs takes: results must not depend on the clock

std::array<std::uint64_t, 3> size_of(const run_result& run) {
  std::uint64_t sum = 0;
  for (const sim::choice_record& made : run.choices) sum += made.value;
  return {run.deviations, sum, run.choices.size()};
}

/// The plan of the `index`th schedule of a case: the natural order, then the rotation of strategies, which each case
/// enters at another point; the searches' opening of corners would be all that a few schedules ever see.
sim::search_plan schedule_plan(std::uint64_t seed, std::uint64_t index, std::uint32_t kinds) {
  constexpr std::uint64_t behind_opening = 1000;
  constexpr std::uint64_t rotation = 20;
  return sim::plan_run(seed, index == 0 ? 0 : behind_opening + seed % rotation + index, kinds);
}

}  // namespace

bool smaller_schedule(const run_result& a, const run_result& b) { return size_of(a) < size_of(b); }

run_result property_search::execute(const subject& what, std::uint64_t data_seed, sim::choice_source* source) {
  ++runs_;
  run_result result = run_in(world_, {&what, source, data_seed, 0, nullptr, false});
  if (failing(result)) result.choices.assign(world_.choices().begin(), world_.choices().end());
  return result;
}

std::optional<run_result> property_search::search(const property_case& tried, std::uint64_t count) {
  const subject what = subject_of(tried);
  const std::uint64_t seed = schedule_seed(tried);
  for (std::uint64_t index = 0; index < count; ++index) {
    const auto source = sim::make_source(schedule_plan(seed, index, what.kinds));
    run_result result = execute(what, seed, source.get());
    if (failing(result)) return result;
  }
  return std::nullopt;
}

std::optional<run_result> property_search::fails_too(const property_case& smaller, const run_result& like) {
  const subject what = subject_of(smaller);
  const std::uint64_t seed = schedule_seed(smaller);
  sim::replay_source known(like.choices, sim::replay_source::matching::lenient);
  run_result result = execute(what, seed, &known);
  if (failing(result) && same_failure(result, like)) return result;
  for (std::uint64_t index = 0; index < options_.searches_after; ++index) {
    const auto source = sim::make_source(schedule_plan(seed, index, what.kinds));
    result = execute(what, seed, source.get());
    if (failing(result) && same_failure(result, like)) return result;
  }
  return std::nullopt;
}

/// RapidCheck's way: the first smaller workload that fails is the next to be made smaller.
bool property_search::shrink_workload(broken_case& best) {
  bool any = false;
  for (bool better = true; better;) {
    better = false;
    auto candidates = best.what.node.shrinks();
    for (std::size_t index = 0; shrinks_ < options_.shrinks_max; ++index) {
      const auto node = candidates.next();
      if (!node) break;
      ++shrinks_;
      property_case smaller = shrunk_case(best.what, *node, index);
      if (smaller.what.discarded || !smaller.what.failed.empty()) continue;
      auto run = fails_too(smaller, best.run);
      if (!run) continue;
      best = {std::move(smaller), std::move(*run)};
      any = better = true;
      break;
    }
  }
  return any;
}

bool property_search::shrink_schedule(broken_case& best) {
  if (best.run.deviations == 0) return false;
  shrink_options options;
  options.executions = options_.shrink_runs;
  options.seconds = shrink_seconds;
  const subject what = subject_of(best.what);
  shrink_result shrunk = testing::shrink(memory_, what, schedule_seed(best.what), best.run.choices, best.run, options);
  runs_ += shrunk.executions;
  if (shrunk.problem || !smaller_schedule(shrunk.best.result, best.run)) return false;
  best.run = std::move(shrunk.best.result);
  return true;
}

broken_case property_search::shrink(broken_case found) {
  bool again = true;
  while (again && rounds_ < rounds_max) {
    ++rounds_;
    const bool workload = shrink_workload(found);
    const bool schedule = shrink_schedule(found);
    again = schedule || (workload && rounds_ == 1 && found.run.deviations > 0);
  }
  return found;
}

std::optional<run_result> property_search::derive(const property_case& what, const run_result* expected) {
  const subject about = subject_of(what);
  const std::uint64_t seed = schedule_seed(what);
  for (std::uint64_t index = 0; index < derive_schedules; ++index) {
    const auto source = sim::make_source(schedule_plan(seed, index, about.kinds));
    run_result result = execute(about, seed, source.get());
    if (!failing(result) || (expected != nullptr && !same_failure(result, *expected))) continue;
    broken_case found{what, std::move(result)};
    (void)shrink_schedule(found);
    return std::move(found.run);
  }
  return std::nullopt;
}

finding property_search::confirm_case(const broken_case& found) {
  observation met;
  met.result = found.run;
  met.complete = true;
  return confirm(memory_, subject_of(found.what), schedule_seed(found.what), 0, std::move(met), {});
}

}  // namespace twinloop::testing
