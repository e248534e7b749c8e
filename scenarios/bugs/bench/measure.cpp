// One world, reset for every run, so that searching costs what the program costs. Only shrinking goes through worker
// processes, as it does for users.
#include "scenarios/bugs/bench/measure.hpp"

#include <fmt/format.h>

#include <chrono>

#include "scenarios/bugs/rows.hpp"

namespace bugs::bench {
namespace {

using twinloop::testing::run_result;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What the published rates count: mostly the runs that fail, as the row says.
bool is_hit(const row& of, const run_result& ended) {
  const bool failed = ended.broke.name == of.oracle;
  return of.counts_passing_order ? ended.ended == twinloop::sim::outcome::clean : failed;
}

constexpr std::uint64_t paced_runs = 1000;  // of each cell: enough for a few percent

}  // namespace

const cell* row_figures::find(const std::string& contender) const {
  for (const cell& each : cells) {
    if (each.contender == contender) return &each;
  }
  return nullptr;
}

measuring::twin measuring::make_twin(const row& of, bool buggy) const {
  return {&of, twinloop::testing::make_subject(make_scenario(of, buggy), options_.settings)};
}

run_result measuring::run(const twin& which, twinloop::sim::choice_source* source, std::uint64_t seed) {
  run_result ended = twinloop::testing::run_in(world_, {&which.what, source, seed, 0, nullptr, false});
  const bool other = !ended.broke.name.empty() && ended.broke.name != which.of->oracle;
  if (other) ++figures_.other_failures[ended.broke.name];
  return ended;
}

contender measuring::make_contender(const twin& which, const std::string& name, std::uint64_t seed) {
  return contender(name, seed, which.what.kinds, [&](twinloop::sim::choice_source& source) {
    return run(which, &source, seed).ended == twinloop::sim::outcome::clean;
  });
}

bool measuring::hits(const twin& which, const contender& by, std::uint64_t seed, std::uint64_t number) {
  const auto source = by.source(number);
  last_ = run(which, source.get(), seed);
  return is_hit(*which.of, last_);
}

row_figures measuring::measure(const row& of) {
  figures_ = {};
  figures_.of = &of;
  any_order_ = {};
  const twin buggy = make_twin(of, true);
  const run_result natural = run(buggy, nullptr, 1);
  const bool passed = natural.ended == twinloop::sim::outcome::clean;
  figures_.natural_as_expected = of.fails_naturally ? natural.broke.name == of.oracle : passed;
  for (const std::string& name : options_.contenders) {
    on_progress_(fmt::format("{} {}", of.id, name));
    figures_.cells.push_back(measure_cell(buggy, name));
  }
  figures_.any_order = any_order_.report();
  if (options_.false_alarms > 0) run_fixed(of);
  return std::move(figures_);
}

cell measuring::measure_cell(const twin& buggy, const std::string& name) {
  cell made;
  made.contender = name;
  for (std::uint64_t seed = options_.first_seed; seed < options_.first_seed + options_.seeds; ++seed) {
    made.trials.push_back(search(buggy, name, seed));
    if (!made.trials.back().found || name != default_search) continue;
    check_replay(buggy, seed);
    const bool shrinkable = !buggy.of->fails_naturally && figures_.failures.size() < options_.shrinks;
    if (shrinkable) shrink_failure(buggy, seed);
  }
  count_rate(buggy, made);
  return made;
}

trial measuring::search(const twin& buggy, const std::string& name, std::uint64_t seed) {
  const auto start = std::chrono::steady_clock::now();
  const contender by = make_contender(buggy, name, seed);
  trial made;
  while (made.schedules < options_.schedules && seconds_since(start) < options_.seconds) {
    made.found = hits(buggy, by, seed, made.schedules++);
    if (made.found) break;
  }
  made.seconds = seconds_since(start);
  return made;
}

/// Over one long search with a seed of its own. Natural schedules at its beginning do not count. Hits and orders come
/// from runs that are listened to; the pace from some of the same runs without.
void measuring::count_rate(const twin& buggy, cell& into) {
  const std::uint64_t seed = 1'000'002 + options_.first_seed;
  constexpr std::uint64_t natural_runs = 2;
  const contender by = make_contender(buggy, into.contender, seed);
  const std::uint64_t first = into.contender == default_search ? natural_runs : 0;
  order_count counted(options_.rate_runs);
  for (std::uint64_t number = first; number < first + options_.rate_runs; ++number) {
    counted.watch(*by.source(number), [&](twinloop::sim::choice_source& listening) {
      if (is_hit(*buggy.of, run(buggy, &listening, seed))) ++into.hits;
    });
    ++into.rate_runs;
  }
  into.orders = counted.figures();
  any_order_.merge(counted.seen());
  into.speed =
      measure_pace({.first = first,
                    .schedules = std::min(options_.rate_runs, paced_runs),
                    .source = [&](std::uint64_t number) { return by.source(number); },
                    .run =
                        [&](twinloop::sim::choice_source& source) {
                          (void)twinloop::testing::run_in(world_, {&buggy.what, &source, seed, 0, nullptr, false});
                          return world_.choices();
                        }});
}

/// The run that stands in the world again, from its record.
void measuring::check_replay(const twin& buggy, std::uint64_t seed) {
  const run_result expected = last_;
  const auto made = world_.choices();
  last_.choices.assign(made.begin(), made.end());
  twinloop::sim::replay_source answers(last_.choices, twinloop::sim::replay_source::matching::strict);
  const run_result again = run(buggy, &answers, seed);
  const bool same = again.hash == expected.hash && twinloop::testing::same_failure(again, expected);
  ++figures_.replays;
  if (same && answers.first_divergence() == nullptr) ++figures_.identical_replays;
}

void measuring::shrink_failure(const twin& buggy, std::uint64_t seed) {
  shrunk one;
  if (const auto problem = shrink_found({&buggy.what, default_search, seed, last_.choices, last_}, one)) {
    ++figures_.other_failures["not shrunk: " + *problem];
    return;
  }
  const auto shows = [&](twinloop::sim::choice_source& source) {
    return run(buggy, &source, seed).broke.name == buggy.of->oracle;
  };
  one.best = find_optimum(shows, buggy.what.kinds, enumerated_max);
  figures_.failures.push_back(one);
}

/// The contenders take turns.
void measuring::run_fixed(const row& of) {
  const std::uint64_t seed = 2'000'002 + options_.first_seed;
  const twin fixed = make_twin(of, false);
  std::vector<std::unique_ptr<contender>> turns;
  for (const std::string& name : options_.contenders) {
    turns.push_back(
        std::make_unique<contender>(name, seed, fixed.what.kinds, [&](twinloop::sim::choice_source& source) {
          return run(fixed, &source, seed).ended == twinloop::sim::outcome::clean;
        }));
  }
  for (std::uint64_t number = 0; number < options_.false_alarms; ++number) {
    if (number % 1000 == 0) on_progress_(fmt::format("{} fixed twin, {} runs", of.id, number));
    const auto source = turns[number % turns.size()]->source(number / turns.size());
    if (run(fixed, source.get(), seed).ended != twinloop::sim::outcome::clean) ++figures_.false_alarms;
    ++figures_.fixed_runs;
  }
}

}  // namespace bugs::bench
