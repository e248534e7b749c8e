// One run in a fresh process, observed from here.
#include "sim/testing/isolated_run.hpp"

#include "sim/testing/death.hpp"
#include "sim/testing/memory_check.hpp"
#include "sim/testing/run.hpp"

namespace twinloop::testing {

namespace {

/// A run that came to its end, but not without a report: of a data race, which does not end a process, or of memory
/// that leaked.
void add_sanitizer_report(observation& seen) {
  if (failing(seen.result)) return;
  std::optional<death> report = describe_report(seen.output);
  if (!report) return;
  seen.result.ended = sim::outcome::failed;
  seen.result.broke = std::move(report->broke);
  seen.result.site = std::move(report->site);
}

/// Runs it in this process; what it shows goes into the shared memory.
void observe(shared_memory& memory, const isolated_request& request) {
  sim::world world;
  observation_writer writer(memory.log());
  observing_source source(request.source, world, writer);
  if (request.strict != nullptr) source.watch_divergence(*request.strict);
  if (request.steps) source.watch_steps();
  // The world knows the names of its options only while it logs events.
  const run_result result =
      run_in(world, {request.what, &source, request.data_seed, request.run, &memory.record(), true});
  source.finish();
  if (request.events) {
    for (const sim::event& what : world.events()) writer.event(what);
  }
  writer.result(result);
}

/// The same from its start to its end, with a look for memory that it leaked.
void observe_and_check(shared_memory& memory, const isolated_request& request) {
  memory.counters().run.store(request.run);
  memory.counters().begun.store(1);
  observe(memory, request);
  memory_leaked();
}

}  // namespace

observation run_isolated(shared_memory& memory, const isolated_request& request, const watch_options& options) {
  TWINLOOP_ASSERT(request.what != nullptr);
  const worker_end end = run_worker(memory, options, [&] { observe_and_check(memory, request); });
  observation seen;
  read_observation(memory.log(), seen);
  add_worker_end(memory, end, options, seen);
  return seen;
}

observation run_here(shared_memory& memory, const isolated_request& request) {
  TWINLOOP_ASSERT(request.what != nullptr);
  memory.clear();
  observe_and_check(memory, request);
  observation seen;
  read_observation(memory.log(), seen);
  add_worker_end(memory, {}, {}, seen);
  return seen;
}

observation replay_isolated(shared_memory& memory, const subject& what, std::uint64_t data_seed,
                            std::vector<sim::choice_record> choices, sim::replay_source::matching how,
                            const watch_options& options) {
  sim::replay_source source(std::move(choices), how);
  isolated_request request{&what, &source, data_seed, 0, false, nullptr};
  if (how == sim::replay_source::matching::strict) request.strict = &source;
  return run_isolated(memory, request, options);
}

void add_worker_end(shared_memory& memory, const worker_end& end, const watch_options& options, observation& seen) {
  const sim::recording& record = memory.record();
  const std::span<const sim::choice_record> choices = record.records();
  seen.result.choices.assign(choices.begin(), choices.end());
  seen.truncated = record.head().overflow != 0;
  seen.output = end.output;
  seen.interrupted = end.ended == worker_end::how::stopped && !seen.complete;
  if (seen.complete) return add_sanitizer_report(seen);
  if (end.ended == worker_end::how::finished) return;
  seen.result.ended = sim::outcome::failed;
  death met = describe_death(memory, end, options.stall);
  seen.result.broke = std::move(met.broke);
  seen.result.site = std::move(met.site);
  seen.result.hash = choices.empty() ? 0 : choices.back().hash;  // what the run had come to when it was last heard of
  seen.result.virtual_time = record.head().now;
  seen.result.deviations = count_deviations(choices);
}

}  // namespace twinloop::testing
