// Shrinking, and the processes it happens in.
//
// Candidates of an ordinary failure run back to back in one worker. Those of a crash, and all of them when that worker
// dies or leaks state, run in a process each.
#include "sim/testing/shrink.hpp"

#include <fmt/format.h>

#include "sim/testing/death.hpp"
#include "sim/testing/local_executor.hpp"
#include "sim/testing/race_report.hpp"
#include "sim/testing/shrink_message.hpp"
#include "sim/testing/shrinker.hpp"

namespace twinloop::testing {
namespace {

using wall = std::chrono::steady_clock;
using choice_list = std::vector<sim::choice_record>;

bool is_death(const run_result& result) {
  return result.broke.name.starts_with("crash.") || result.broke.name == "stalled";
}

class shrinking {
 public:
  shrinking(shared_memory& memory, const subject& what, std::uint64_t data_seed, const run_result& expected,
            const shrink_options& options)
      : memory_(memory),
        what_(what),
        data_seed_(data_seed),
        expected_(expected),
        options_(options),
        stall_(stall_of_known(expected.broke, options.stall)),
        started_(wall::now()) {}

  shrink_result shrink(const choice_list& choices) {
    shrink_result done;
    done.settings = what_.settings;
    done.best = replay(choices, what_);
    begun_ = wall::now();  // an endless loop takes its time here, however little it is given to become smaller
    done.deviations_before = done.best.result.deviations;
    if (!same_failure(done.best.result, expected_) || !failing(done.best.result)) {
      done.problem = describe_absence(done.best);
      return done;
    }
    done.failure = signature_of(done.best);
    hash_ = done.best.result.hash;
    std::optional<shrink_outcome> shrunk;
    if (!is_death(expected_) && !reported_once(expected_.broke)) shrunk = in_one_worker(choices, done.failure);
    if (shrunk && !accept(*shrunk, done)) shrunk.reset();
    if (!shrunk) {
      done.one_by_one = true;
      const shrink_outcome alone = one_by_one(choices, done.failure);
      if (!accept(alone, done)) {
        done.problem = alone.problem ? *alone.problem : "the shrunk run does not fail in a fresh process";
      }
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

  observation replay(const choice_list& choices, const subject& what) {
    sim::replay_source source(choices, sim::replay_source::matching::strict);
    const isolated_request request{&what, &source, data_seed_, 0, false, &source, true};
    return run_isolated(memory_, request, watching(stall_));
  }

  std::string describe_absence(const observation& seen) const {
    std::string text = failing(seen.result) ? fmt::format("the run fails as {}", seen.result.broke.name)
                                            : std::string("the run is clean");
    text += fmt::format(" now, not as {}", expected_.broke.name);
    if (seen.divergence) text += fmt::format("; it goes another way at {}", *seen.divergence);
    return text;
  }

  /// Whether the outcome of an attempt holds in a fresh process too.
  bool accept(const shrink_outcome& tried, shrink_result& done) {
    done.executions += tried.executions;
    done.cached += tried.cached;
    done.slips += tried.slips;
    if (tried.problem) return false;
    subject what = what_;
    what.settings = tried.settings;
    observation confirmed = replay(tried.best, what);
    if (signature_of(confirmed) != done.failure) return false;
    done.out_of_budget = tried.out_of_budget;
    done.natural_fails = tried.natural_fails;
    done.settings = tried.settings;
    done.best = std::move(confirmed);
    done.others.clear();
    for (const other_failure& each : tried.also_seen) {
      done.others.push_back({each.what, each.count, each.choices, each.settings});
    }
    return true;
  }

  shrink_budget budget() const {
    const auto length = std::chrono::duration_cast<wall::duration>(std::chrono::duration<double>(options_.seconds));
    shrink_budget limits;
    limits.executions = options_.executions;
    limits.stall = options_.patience;
    limits.until = begun_ + length;
    limits.interrupted = options_.interrupted;
    limits.on_progress = options_.on_progress;
    return limits;
  }

  std::optional<shrink_outcome> in_one_worker(const choice_list& choices, const failure_signature& expected) {
    worker_counters& counters = memory_.counters();
    watch_options watch = watching(stall_);
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
      local_executor execute(what_, data_seed_, [&] { counters.begun.fetch_add(1, std::memory_order_relaxed); });
      shrinker search({std::ref(execute), true}, std::move(limits), expected, hash_, what_);
      memory_.log().append(shrink_outcome_message, encode(search.shrink(choices)));
    });
    if (end.ended != worker_end::how::finished) return std::nullopt;
    std::size_t position = 0;
    while (const auto message = memory_.log().next(position)) {
      if (message->kind == shrink_outcome_message) return decode(message->bytes);
    }
    return std::nullopt;  // there was no room for it
  }

  shrink_outcome one_by_one(const choice_list& choices, const failure_signature& expected) {
    // A candidate that stalls costs its whole patience, each time. The smallest is tried with more of it in the end.
    const watch_options watch = watching(std::min(stall_, std::chrono::milliseconds(500)));
    const auto execute = [&](sim::choice_source& source, const configuration& settings) {
      subject what = what_;
      what.settings = settings;
      return run_isolated(memory_, {&what, &source, data_seed_, 0, false, nullptr, true}, watch);
    };
    shrinker search({execute, false}, budget(), expected, hash_, what_);
    return search.shrink(choices);
  }

  shared_memory& memory_;
  const subject& what_;
  const std::uint64_t data_seed_;
  const run_result& expected_;
  const shrink_options& options_;
  const std::chrono::milliseconds stall_;
  const wall::time_point started_;
  wall::time_point begun_ = started_;
  std::uint64_t hash_ = 0;
};

}  // namespace

shrink_result shrink(shared_memory& memory, const subject& what, std::uint64_t data_seed,
                     std::vector<sim::choice_record> choices, const run_result& expected,
                     const shrink_options& options) {
  return shrinking(memory, what, data_seed, expected, options).shrink(choices);
}

}  // namespace twinloop::testing
