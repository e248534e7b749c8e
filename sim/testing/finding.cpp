// A failure that a search met, checked in fresh processes.
#include "sim/testing/finding.hpp"

#include <fmt/format.h>

#include "sim/testing/difference.hpp"
#include "sim/testing/explanation.hpp"
#include "sim/testing/learning.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

/// By the system when memory runs out, or by whoever ends a job.
bool killed(const observation& seen) { return seen.result.broke.name == "crash.SIGKILL"; }

/// The site may differ where a process was killed: an endless loop is never stopped at the same place twice. Nor is
/// what uses up the memory.
bool recurs(const observation& met, const observation& again) {
  return same_failure(met.result, again.result) && (met.result.hash == again.result.hash || killed(met));
}

std::string outcome_text(const run_result& result) {
  if (!failing(result)) return "clean";
  return fmt::format("failed as {}", result.broke.name);
}

/// Choices only, which the run that was met has too; with the names that the other knows.
observation without_events(observation seen, const observation& other) {
  seen.events.clear();
  seen.result.names.insert(other.result.names.begin(), other.result.names.end());
  return seen;
}

finding judge(finding found, bool leaks, const std::string& difference) {
  sim::failure& broke = found.seen.result.broke;
  found.seen.result.ended = sim::outcome::failed;
  found.seen.result.site.clear();
  found.confirmed = true;
  if (leaks) {
    found.what = finding::nature::leaking_state;
    broke = {leaking_state_name,
             "state leaks between runs: the run ends otherwise in a fresh process than after other runs. The likely "
             "cause is a global or static variable of the program; keep such state in main or in process_local<T>. " +
                 difference,
             ""};
  } else {
    found.what = finding::nature::not_deterministic;
    broke = {not_deterministic_name,
             "the program is not deterministic: the same choices ran two ways. The likely cause is a clock, a random "
             "device, a thread, the environment or the order of addresses, read past the loop. " +
                 difference,
             ""};
  }
  return found;
}

}  // namespace

observation run_fresh(shared_memory& memory, const subject& what, std::uint64_t seed, std::uint64_t run,
                      const watch_options& options) {
  const auto source = source_of(what, seed, run);
  return run_isolated(memory, {&what, source.get(), seed, run, true, nullptr}, options);
}

finding confirm(shared_memory& memory, const subject& what, std::uint64_t seed, std::uint64_t run, observation met,
                const watch_options& options) {
  const auto strict = sim::replay_source::matching::strict;
  observation again = replay_isolated(memory, what, seed, met.result.choices, strict, options);
  bool recurred = recurs(met, again);
  if (recurred && killed(met))
    recurred = killed(replay_isolated(memory, what, seed, met.result.choices, strict, options));
  finding found{finding::nature::failure, seed, run, 0, recurred ? std::move(again) : met};
  found.confirmed = recurred;
  if (recurred) return found;
  if (killed(met)) found.what = finding::nature::killed_by_others;
  if (again.interrupted || found.what == finding::nature::killed_by_others) return found;
  const observation third = replay_isolated(memory, what, seed, met.result.choices, strict, options);
  const bool leaks = again.result.hash == third.result.hash && again.result.ended == third.result.ended;
  std::string difference =
      fmt::format("Here it {}; a fresh process ended {}", outcome_text(met.result), outcome_text(again.result));
  if (again.divergence) difference += fmt::format(" and went another way at {}", *again.divergence);
  difference += ".";
  if (const auto place = first_difference(without_events(met, again), without_events(again, met))) {
    difference += fmt::format(" First difference: {}.", *place);
  }
  return judge(std::move(found), leaks, difference);
}

finding explain_difference(shared_memory& memory, const subject& what, std::uint64_t seed, std::uint64_t run,
                           observation met, const watch_options& options) {
  const observation fresh = run_fresh(memory, what, seed, run, options);
  const observation second = run_fresh(memory, what, seed, run, options);
  const bool leaks = fresh.result.hash == second.result.hash;
  const std::optional<std::string> difference = first_difference(fresh, leaks ? met : second);
  met.result.hash = 0;
  return judge(
      {finding::nature::leaking_state, seed, run, 0, std::move(met)}, leaks,
      difference ? fmt::format("First difference: {}.", *difference) : "It did not show again while it was watched.");
}

std::optional<std::string> shrink_finding(shared_memory& memory, finding& found, subject& with,
                                          const shrink_options& options) {
  const run_result before = found.seen.result;
  shrink_result shrunk = shrink(memory, with, found.seed, before.choices, before, options);
  if (shrunk.problem) return shrunk.problem;
  found.seen = std::move(shrunk.best);
  with.settings = shrunk.settings;
  found.natural = run_natural(memory, with, found.seed, {});
  return std::nullopt;
}

replay_file make_replay_file(const finding& found, const subject& what, const std::string& program) {
  const run_result& result = found.seen.result;
  replay_file file;
  file.program = program;
  file.scenario = what.name;
  file.settings = what.settings;
  file.seed = found.seed;
  file.run = found.run;
  file.data_seed = found.seed;
  file.broke = result.broke;
  file.ended = sim::name(result.ended);
  file.hash = result.hash;
  file.choices = result.choices;
  file.names = result.names;
  return file;
}

std::optional<run_result> recorded_failure(const replay_file& file) {
  run_result expected;
  expected.broke = file.broke;
  expected.ended = sim::outcome::clean;
  for (const sim::outcome ended :
       {sim::outcome::failed, sim::outcome::hung, sim::outcome::livelock, sim::outcome::slow, sim::outcome::not_run}) {
    if (file.ended == sim::name(ended)) expected.ended = ended;
  }
  if (!failing(expected) || expected.broke.name.empty()) return std::nullopt;
  return expected;
}

}  // namespace twinloop::testing
