// Shrinking: the fewest deviations from the natural order that still show the same failure.
//
// Candidates of an ordinary failure run back to back in one worker, which leaves its best run in the shared recording.
// Those of a crash, and all of them when that worker dies or leaks state, run in a process each.
#include "sim/testing/shrink.hpp"

#include <fmt/format.h>

#include "sim/testing/run.hpp"
#include "sim/testing/shrinker.hpp"

namespace twinloop::testing {
namespace {

using wall = std::chrono::steady_clock;
using choice_list = std::vector<sim::choice_record>;

struct attempt {
  choice_list best;
  std::uint64_t executions = 0;
  bool out_of_budget = false;
};

bool is_death(const run_result& result) {
  return result.broke.name.starts_with("crash.") || result.broke.name == "stalled";
}

/// Runs a source in this process, which is a worker.
class local_executor {
 public:
  local_executor(shared_memory& memory, const subject& what, std::uint64_t data_seed)
      : memory_(&memory), what_(&what), data_seed_(data_seed), record_(std::size_t{1} << 26), notes_(1 << 24) {}

  observation operator()(sim::choice_source& source, bool observe) {
    memory_->counters().begun.fetch_add(1, std::memory_order_relaxed);
    message_log log(notes_);
    log.clear();
    observing_source observer(&source, world_, observation_writer(log));
    sim::choice_source* const used = observe ? static_cast<sim::choice_source*>(&observer) : &source;
    observation seen;
    run_result result = run_in(world_, {what_, used, data_seed_, 0, &record_, false});
    read_observation(log, seen);
    seen.result = std::move(result);
    seen.result.choices.assign(record_.records().begin(), record_.records().end());
    seen.truncated = record_.head().overflow != 0;
    return seen;
  }

 private:
  shared_memory* memory_;
  const subject* what_;
  std::uint64_t data_seed_;
  sim::recording record_;
  std::vector<std::byte> notes_;
  sim::world world_;
};

class shrinking {
 public:
  shrinking(shared_memory& memory, const subject& what, std::uint64_t data_seed, const run_result& expected,
            const shrink_options& options)
      : memory_(memory),
        what_(what),
        data_seed_(data_seed),
        expected_(expected),
        options_(options),
        started_(wall::now()) {}

  shrink_result shrink(const choice_list& choices) {
    shrink_result done;
    done.best = replay(choices);
    done.deviations_before = done.best.result.deviations;
    if (!same_failure(done.best.result, expected_) || !failing(done.best.result)) {
      done.problem = describe_absence(done.best);
      return done;
    }
    std::optional<attempt> shrunk;
    if (!is_death(expected_)) shrunk = in_one_worker(choices);
    if (shrunk && !accept(*shrunk, done)) shrunk.reset();
    if (!shrunk) {
      done.one_by_one = true;
      const attempt alone = one_by_one(choices);
      if (!accept(alone, done)) done.problem = "the shrunk run does not fail in a fresh process";
    }
    done.seconds = std::chrono::duration<double>(wall::now() - started_).count();
    return done;
  }

 private:
  watch_options watching(std::chrono::milliseconds stall) const {
    watch_options watch;
    watch.stall = stall;
    watch.go_on = [this] { return !(options_.interrupted && options_.interrupted()); };
    return watch;
  }

  observation replay(const choice_list& choices) {
    return replay_isolated(memory_, what_, data_seed_, choices, sim::replay_source::matching::strict,
                           watching(options_.stall));
  }

  std::string describe_absence(const observation& seen) const {
    std::string text = failing(seen.result) ? fmt::format("the run fails as {}", seen.result.broke.name)
                                            : std::string("the run is clean");
    text += fmt::format(" now, not as {}", expected_.broke.name);
    if (seen.divergence) text += fmt::format("; it goes another way at {}", *seen.divergence);
    return text;
  }

  /// Whether the best run of an attempt fails the same way in a fresh process too.
  bool accept(const attempt& tried, shrink_result& done) {
    done.executions += tried.executions;
    done.out_of_budget = tried.out_of_budget;
    observation confirmed = replay(tried.best);
    if (!failing(confirmed.result) || !same_failure(confirmed.result, expected_)) return false;
    if (confirmed.result.deviations <= done.best.result.deviations) done.best = std::move(confirmed);
    return true;
  }

  shrink_budget budget() const {
    const auto length = std::chrono::duration_cast<wall::duration>(std::chrono::duration<double>(options_.seconds));
    return {options_.executions, started_ + length, options_.interrupted, options_.on_progress};
  }

  std::optional<attempt> in_one_worker(const choice_list& choices) {
    worker_counters& counters = memory_.counters();
    watch_options watch = watching(options_.stall);
    watch.go_on = [&, this] {
      if (options_.on_progress) options_.on_progress(counters.done.load(), counters.choices.load());
      return !(options_.interrupted && options_.interrupted());
    };
    const worker_end end = run_worker(memory_, watch, [&] {
      shrink_budget limits = budget();
      limits.interrupted = [&] { return counters.stop.load() != 0; };
      limits.on_progress = [&](std::uint64_t executions, std::uint64_t deviations) {
        counters.done.store(executions, std::memory_order_relaxed);
        counters.choices.store(deviations, std::memory_order_relaxed);
      };
      local_executor execute(memory_, what_, data_seed_);
      shrinker search(std::ref(execute), std::move(limits), expected_);
      search.shrink(choices);
      memory_.record().begin(0);
      for (const sim::choice_record& made : search.best()) memory_.record().append(made);
      counters.verdict.store(search.out_of_budget() ? 1 : 0);
    });
    if (end.ended != worker_end::how::finished || memory_.record().head().overflow != 0) return std::nullopt;
    const auto best = memory_.record().records();
    return attempt{{best.begin(), best.end()}, counters.done.load(), counters.verdict.load() == 1};
  }

  attempt one_by_one(const choice_list& choices) {
    // A candidate that stalls costs its whole patience, each time: less than the search had.
    const watch_options watch = watching(std::min(options_.stall, std::chrono::milliseconds(2'000)));
    shrinker search(
        [&](sim::choice_source& source, bool) {
          return run_isolated(memory_, {&what_, &source, data_seed_, 0, false, nullptr}, watch);
        },
        budget(), expected_);
    search.shrink(choices);
    return {search.best(), search.executions(), search.out_of_budget()};
  }

  shared_memory& memory_;
  const subject& what_;
  const std::uint64_t data_seed_;
  const run_result& expected_;
  const shrink_options& options_;
  const wall::time_point started_;
};

}  // namespace

shrink_result shrink(shared_memory& memory, const subject& what, std::uint64_t data_seed,
                     std::vector<sim::choice_record> choices, const run_result& expected,
                     const shrink_options& options) {
  return shrinking(memory, what, data_seed, expected, options).shrink(choices);
}

}  // namespace twinloop::testing
