// The systematic searches in a worker process.
#include "sim/testing/systematic.hpp"

#include "sim/testing/printed_reports.hpp"
#include "sim/testing/run.hpp"
#include "sim/testing/search_worker.hpp"
#include "twinloop/search.hpp"

namespace twinloop::testing {
namespace {

using wall = std::chrono::steady_clock;

/// What the child does: searches until something fails, it is asked to stop, or nothing is left.
class systematic_worker {
 public:
  systematic_worker(shared_memory& memory, const subject& what, const systematic_options& options)
      : memory_(memory), counters_(memory.counters()), what_(what), how_(options.how) {
    search_.kinds = what.kinds;
    search_.max_runs = options.runs;
    search_.data_seed = options.seed;
    search_.record = &memory.record();
    search_.go_on = [this](const sim::search_result& so_far) {
      counters_.classes.store(so_far.traces);
      counters_.redundant.store(so_far.redundant);
      return counters_.stop.load() == 0 && !failed_;
    };
  }

  void run() {
    const sim::search_body body = [this](sim::world& world) { run_one(world); };
    const sim::search_result found =
        how_ == systematic_search::dpor ? sim::dpor(body, search_) : sim::explore_all(body, search_);
    counters_.classes.store(found.traces);
    counters_.redundant.store(found.redundant);
    counters_.forced.store(found.forced);
    counters_.deviations.store(found.deviations);
    counters_.exhausted.store(found.exhausted && !failed_ ? 1 : 0);
    if (!failed_ && !found.failures.empty()) give_difference(found.failures.front().broke);
  }

 private:
  void run_one(sim::world& world) {
    counters_.run.store(counters_.begun.fetch_add(1));
    run_result result = run_prepared(world, what_);
    if (std::optional<death> report = reports_.news(); report && !failing(result)) {
      result.ended = sim::outcome::failed;
      result.broke = std::move(report->broke);
      result.site = std::move(report->site);
    }
    if (failing(result)) return give(result, search_verdict::failing);
    counters_.done.fetch_add(1);
    counters_.choices.fetch_add(memory_.record().head().committed);
    counters_.last_hash.store(result.hash);
  }

  /// The search met a run that its own answers do not explain.
  void give_difference(const sim::failure& broke) {
    run_result result;
    result.ended = sim::outcome::failed;
    result.hash = counters_.last_hash.load();
    result.broke = broke;
    give(result, search_verdict::differs);
  }

  void give(const run_result& result, search_verdict verdict) {
    failed_ = true;
    observation_writer(memory_.log()).result(result);
    counters_.verdict.store(static_cast<std::uint32_t>(verdict));
  }

  shared_memory& memory_;
  worker_counters& counters_;
  const subject& what_;
  const systematic_search how_;
  sim::search_options search_;
  printed_reports reports_;
  bool failed_ = false;
};

class systematic {
 public:
  systematic(shared_memory& memory, const subject& what, const systematic_options& options)
      : memory_(memory), what_(what), options_(options), started_(wall::now()) {}

  systematic_result search() {
    watch_options watch;
    watch.stall = options_.stall;
    watch.go_on = [this] { return go_on(); };
    const worker_end end = run_worker(memory_, watch, [this] { systematic_worker(memory_, what_, options_).run(); });
    const worker_counters& counters = memory_.counters();
    result_.status = status_now();
    result_.choices = counters.choices.load();
    result_.forced = counters.forced.load();
    result_.deviations = counters.deviations.load();
    const bool clean = static_cast<search_verdict>(counters.verdict.load()) == search_verdict::clean;
    const bool ended_well = end.ended == worker_end::how::finished || end.ended == worker_end::how::stopped;
    result_.complete = clean && end.ended == worker_end::how::finished && counters.exhausted.load() != 0;
    if (!clean || !ended_well) judge(end, clean);
    result_.interrupted = result_.interrupted && !result_.complete;
    return std::move(result_);
  }

 private:
  double elapsed() const { return std::chrono::duration<double>(wall::now() - started_).count(); }
  systematic_status status_now() const {
    const worker_counters& counters = memory_.counters();
    return {counters.begun.load(), counters.classes.load(), counters.redundant.load(), elapsed()};
  }
  bool go_on() {
    if (options_.on_progress) options_.on_progress(status_now());
    if (options_.interrupted && options_.interrupted()) result_.interrupted = true;
    return !result_.interrupted && !(options_.seconds && elapsed() >= *options_.seconds);
  }

  /// A run failed or died: does it again in a fresh process?
  void judge(const worker_end& end, bool died) {
    const std::uint64_t run = memory_.counters().run.load();
    watch_options watch;
    watch.stall = options_.stall;
    watch.go_on = [this] { return !(options_.interrupted && options_.interrupted()); };
    observation met;
    read_observation(memory_.log(), met);
    if (died) met.complete = false;
    add_worker_end(memory_, end, watch, met);
    result_.failure = confirm(memory_, what_, options_.seed, run, std::move(met), watch);
    result_.failure->seconds = result_.status.seconds;
    if (result_.failure->what != finding::nature::killed_by_others) return;
    result_.failure.reset();
    result_.interrupted = true;
  }

  shared_memory& memory_;
  const subject& what_;
  const systematic_options& options_;
  const wall::time_point started_;
  systematic_result result_;
};

}  // namespace

systematic_result search_systematically(shared_memory& memory, const subject& what, const systematic_options& options) {
  TWINLOOP_ASSERT(what.body != nullptr);
  return systematic(memory, what, options).search();
}

}  // namespace twinloop::testing
