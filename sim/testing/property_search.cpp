// Finding a failing case of a property, and making it small.
#include "sim/testing/property_search.hpp"

#include <array>

#include "sim/testing/run.hpp"
#include "sim/testing/shrink.hpp"

namespace twinloop::testing {
namespace {

constexpr std::uint64_t rounds_max = 20;  // of workload and schedule in turns; two or three are usual
constexpr std::uint64_t derive_schedules = 500;
/// A smaller case that stalls costs its whole patience, each time; what is reported was given more of it.
constexpr std::chrono::milliseconds stall_of_candidate{500};
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

std::unique_ptr<sim::choice_source> planned_source(const property_case& of, std::uint64_t index,
                                                   std::uint32_t extra_kinds) {
  return sim::make_source(schedule_plan(schedule_seed(of), index, sim::order_kinds() | extra_kinds));
}

}  // namespace

bool smaller_schedule(const run_result& a, const run_result& b) { return size_of(a) < size_of(b); }

std::optional<run_result> property_search::run_here_from(std::uint64_t& index, std::uint64_t count, const subject& what,
                                                         std::uint64_t seed, const source_maker& make,
                                                         const run_result* like) {
  worker_counters& counters = memory_.counters();
  for (; index < count; ++index) {
    counters.run.store(index, std::memory_order_relaxed);
    counters.begun.fetch_add(1, std::memory_order_relaxed);
    const auto source = make(index);
    ++runs_;
    run_result result = run_in(world_, {&what, source.get(), seed, 0, &memory_.record(), false});
    if (!failing(result)) counters.done.fetch_add(1, std::memory_order_relaxed);
    if (!failing(result) || (like != nullptr && !same_failure(result, *like))) continue;
    const auto made = memory_.record().records();
    result.choices.assign(made.begin(), made.end());
    return result;
  }
  return std::nullopt;
}

std::optional<run_result> property_search::run_in_worker_from(std::uint64_t& index, std::uint64_t count,
                                                              const subject& what, std::uint64_t seed,
                                                              const source_maker& make, const run_result* like) {
  watch_options watch = watch_;
  if (like != nullptr) watch.stall = std::min(watch.stall, stall_of_candidate);
  const worker_end end = run_worker(memory_, watch, [&] {
    if (const auto broken = run_here_from(index, count, what, seed, make, like)) {
      observation_writer(memory_.log()).result(*broken);
    }
  });
  observation seen;
  read_observation(memory_.log(), seen);
  add_worker_end(memory_, end, watch, seen);
  const std::uint64_t last = std::max(index, memory_.counters().run.load());
  runs_ += last + 1 - index;
  index = last;
  const bool broke = seen.complete || end.ended != worker_end::how::finished;
  if (!broke || (like != nullptr && !same_failure(seen.result, *like))) return std::nullopt;
  return std::move(seen.result);
}

std::optional<run_result> property_search::first_failing(const property_case& tried, std::uint64_t count,
                                                         const source_maker& make, const run_result* like) {
  const subject what = subject_of(tried);
  const std::uint64_t seed = schedule_seed(tried);
  std::uint64_t index = 0;
  if (!isolated_) return run_here_from(index, count, what, seed, make, like);
  // A worker that dies in another way than is looked for is followed by one that goes on behind that run.
  for (; index < count; ++index) {
    if (auto broken = run_in_worker_from(index, count, what, seed, make, like)) return broken;
  }
  return std::nullopt;
}

std::optional<run_result> property_search::search(const property_case& tried, std::uint64_t count) {
  return first_failing(
      tried, count, [&](std::uint64_t index) { return planned_source(tried, index, options_.extra_kinds); }, nullptr);
}

std::optional<run_result> property_search::fails_too(const property_case& smaller, const run_result& like) {
  const auto make = [&](std::uint64_t index) -> std::unique_ptr<sim::choice_source> {
    if (index > 0) return planned_source(smaller, index - 1, options_.extra_kinds);
    return std::make_unique<sim::replay_source>(like.choices, sim::replay_source::matching::lenient);
  };
  return first_failing(smaller, 1 + options_.searches_after, make, &like);
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
  options.stall = watch_.stall;
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
  auto broken = first_failing(
      what, derive_schedules, [&](std::uint64_t index) { return planned_source(what, index, options_.extra_kinds); },
      expected);
  if (!broken) return std::nullopt;
  broken_case found{what, std::move(*broken)};
  (void)shrink_schedule(found);
  return std::move(found.run);
}

finding property_search::confirm_case(const broken_case& found) {
  observation met;
  met.result = found.run;
  met.complete = true;
  return confirm(memory_, subject_of(found.what), schedule_seed(found.what), 0, std::move(met), watch_);
}

}  // namespace twinloop::testing
