// The search: schedules of one subject, run in worker processes until the budget is used up.
#include "sim/testing/explore.hpp"

#include <sys/wait.h>
#include <algorithm>

#include "sim/testing/memory_check.hpp"
#include "sim/testing/search_worker.hpp"
#include "sim/testing/work_queue.hpp"

namespace twinloop::testing {
namespace {

using wall = std::chrono::steady_clock;

/// One worker after the other, on memory of its own.
struct slot {
  shared_memory memory;
  std::unique_ptr<worker> under_way;
  search_range range;
  std::size_t coverage_read = 0;  ///< how far its log was read while it is under way
};

class exploring {
 public:
  exploring(shared_memory& memory, const subject& what, const explore_options& options)
      : confirming_(memory),
        what_(what),
        options_(options),
        started_(wall::now()),
        queue_({options.part, options.runs, options.done, std::max(1u, options.jobs), options.isolate_each_run}),
        slots_(std::max(1u, options.jobs)),
        alone_(options.isolate_each_run),
        memory_check_(can_check_memory()) {
    result_.done = options.done;
    result_.watched = options.watch_coverage;
    so_far_ = options.seen_before;
  }

  exploration explore() {
    while (true) {
      start_workers();
      std::vector<int> ends;
      for (const slot& each : slots_) {
        if (each.under_way) ends.push_back(each.under_way->descriptor());
      }
      if (ends.empty()) break;
      wait_for_workers(ends);
      for (slot& each : slots_) look_at(each);
      if (options_.on_progress) options_.on_progress(status_now());
      tell_checkpoint();
    }
    result_.status = status_now();
    sum_up();
    return std::move(result_);
  }

 private:
  double elapsed() const { return std::chrono::duration<double>(wall::now() - started_).count(); }

  bool go_on() {
    if (options_.interrupted && options_.interrupted()) result_.interrupted = true;
    const bool enough = result_.enough && options_.max_failures != 1;  // of one, the lowest run is still looked for
    if (options_.until_saturated != 0 && so_far_.report().since_new >= options_.until_saturated) {
      result_.saturated = true;
    }
    return !result_.interrupted && !enough && !result_.saturated &&
           !(options_.seconds && elapsed() >= *options_.seconds);
  }

  watch_options watching() const {
    watch_options watch;
    watch.stall = options_.stall;
    watch.go_on = [this] { return !(options_.interrupted && options_.interrupted()); };
    return watch;
  }

  /// Of what workers have finished with.
  void tell_checkpoint() {
    if (!options_.on_checkpoint || wall::now() - last_checkpoint_ < checkpoint_interval) return;
    result_.status.seconds = elapsed();
    options_.on_checkpoint(result_);
    last_checkpoint_ = wall::now();
  }

  void start_workers() {
    for (slot& each : slots_) {
      if (each.under_way || !go_on()) continue;
      const std::optional<interval> work = queue_.take(elapsed(), alone_);
      if (!work) return;
      each.range = {
          &what_, options_.seed, options_.part,           work->begin,  work->end, natural_hash_, alone_, natural_,
          0,      memory_check_, options_.watch_coverage, options_.skip};
      start(each);
    }
  }

  void start(slot& in) {
    in.coverage_read = 0;
    in.under_way = std::make_unique<worker>(in.memory, watching(), [&in] { search_runs(in.memory, in.range); });
    in.memory.counters().bound.store(queue_.bound());
  }

  void look_at(slot& at) {
    if (!at.under_way) return;
    read_coverage(at.memory.log(), at.coverage_read, so_far_);
    if (!go_on()) at.under_way->ask_to_stop();
    at.memory.counters().bound.store(queue_.bound());
    if (std::optional<worker_end> end = at.under_way->look()) {
      at.under_way.reset();
      settle(at, *end);
    }
  }

  /// What workers under way add to what is behind us.
  search_status status_now() const {
    search_status now = result_.status;
    for (const slot& each : slots_) {
      if (!each.under_way) continue;
      now.runs += each.memory.counters().done.load();
      now.choices += each.memory.counters().choices.load();
    }
    now.distinct = result_.failures.size();
    now.seconds = elapsed();
    now.seen = so_far_.report();
    return now;
  }

  /// A worker has ended: counts what it did, gives back what it did not do, and judges what it met.
  void settle(slot& at, const worker_end& end) {
    worker_counters& counters = at.memory.counters();
    const search_range& range = at.range;
    const auto verdict = static_cast<search_verdict>(counters.verdict.load());
    const auto phase = static_cast<search_phase>(counters.phase.load());
    result_.status.runs += counters.done.load();
    result_.status.choices += counters.choices.load();
    observation met;
    read_observation(at.memory.log(), met);
    read_coverage(at.memory.log(), at.coverage_read, so_far_);
    std::size_t from = 0;
    read_coverage(at.memory.log(), from, result_.seen);
    std::uint64_t next = std::max(counters.index.load(), range.first);
    const bool good = verdict == search_verdict::clean &&
                      (end.ended == worker_end::how::finished || end.ended == worker_end::how::stopped);
    const bool judged = !good && verdict != search_verdict::memory_leaked;
    // The run that failed counts as done; a failure of the natural order beside the search's own runs is none of them.
    const bool of_a_run = phase == search_phase::run || phase == search_phase::comparison;
    if (judged && of_a_run && next < range.last) ++next;
    mark_done(range.first, next);
    queue_.give_back(next, range.last);
    if (natural_) natural_hash_ = natural_hash_ != 0 ? natural_hash_ : counters.natural_hash.load();
    if (verdict == search_verdict::memory_leaked) return find_leaking_run(at, next);
    if (good) return compare_alone(at);
    if (phase == search_phase::first && verdict != search_verdict::differs) {
      const bool killed =
          end.ended == worker_end::how::died && WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGKILL;
      if (killed && result_.killed < first_killed_max) return void(++result_.killed);  // the next worker does it again
      natural_ = false;  // run 0 tells, in the shard that has it
      return;
    }
    const bool counted = phase == search_phase::run && verdict != search_verdict::differs;
    if (counted) ++result_.status.runs;
    if (verdict == search_verdict::clean) met.complete = false;
    add_worker_end(at.memory, end, watching(), met);
    judge(counters.run.load(), verdict, std::move(met));
  }

  void mark_done(std::uint64_t first, std::uint64_t next) {
    if (!options_.skip) return result_.done.add(first, next);
    for (std::uint64_t place = first; place < next; ++place) {
      if (!options_.skip(options_.part.run_at(place))) result_.done.add(place, place + 1);
    }
  }

  /// Runs that have a process each are compared between processes.
  void compare_alone(slot& at) {
    const std::uint64_t run = at.memory.counters().run.load();
    const std::uint64_t hash = at.memory.counters().last_hash.load();
    if (!alone_ || at.memory.counters().done.load() != 1 || !is_compared(run) || !go_on()) return;
    const observation again = run_fresh(confirming_, what_, options_.seed, run, watching());
    if (again.interrupted || again.result.hash == hash) return;
    judge(run, search_verdict::differs, again);
  }

  void judge(std::uint64_t run, search_verdict verdict, observation met) {
    ++result_.status.failing;
    const double met_after = elapsed();
    const bool differs = verdict == search_verdict::differs;
    if (differs && count_known_nature()) return;
    if (!differs && is_known(met.result, run)) return;
    finding found = differs ? explain_difference(confirming_, what_, options_.seed, run, std::move(met), watching())
                            : confirm(confirming_, what_, options_.seed, run, std::move(met), watching());
    found.seconds = met_after;
    if (found.what != finding::nature::killed_by_others) return keep(std::move(found));
    --result_.status.failing;
    ++result_.killed;
    observation whole = run_fresh(confirming_, what_, options_.seed, run, watching());
    if (failing(whole.result) && !whole.interrupted) judge(run, verdict, std::move(whole));
  }

  /// Runs that differ from themselves are one finding, whatever they end as.
  bool count_known_nature() {
    for (auto& [signature, kept] : result_.failures) {
      if (kept.first.what == finding::nature::failure) continue;
      ++kept.count;
      return true;
    }
    return false;
  }

  /// Counts one more run that failed in a way seen before, unless it is to be looked at: because it is the new first
  /// one, or one of the sample that is run once more in a fresh process.
  bool is_known(const run_result& result, std::uint64_t run) {
    const auto known = result_.failures.find(signature_of(result));
    if (known == result_.failures.end() || run < known->second.first.run) return false;
    if (known->second.count < always_confirmed || known->second.count % compare_one_in == 0) return false;
    ++known->second.count;
    return true;
  }

  void keep(finding found) {
    const failure_signature signature = signature_of(found.seen.result);
    if (found.what == finding::nature::leaking_state) alone_ = true;  // from here on every run has a process of its own
    if (found.what == finding::nature::not_deterministic) natural_ = false;  // which is known to differ
    const auto [at, fresh] = result_.failures.try_emplace(signature);
    ++at->second.count;
    if (!fresh && found.run >= at->second.first.run) return;
    at->second.first = std::move(found);
    if (options_.max_failures != 0 && result_.failures.size() >= options_.max_failures) result_.enough = true;
    if (options_.max_failures == 1) {
      queue_.end_before(lowest_failing_place());
    } else if (options_.on_finding) {
      options_.on_finding(signature, at->second.first);
    }
  }

  /// Runs before the first failing one go on, so that it is the first whatever the number of jobs.
  std::uint64_t lowest_failing_place() const {
    std::uint64_t lowest = UINT64_MAX;
    for (const auto& [signature, kept] : result_.failures) lowest = std::min(lowest, kept.first.run / options_.part.of);
    return lowest;
  }

  /// Some run of a worker leaked memory: which? Twice as many looks as the root of their number, in new workers.
  void find_leaking_run(slot& at, std::uint64_t next) {
    if (at.range.memory_check_every == 1 || next == at.range.first + 1) {
      memory_check_ = false;  // one is enough: looking costs more than running
      const std::uint64_t run = options_.part.run_at(next - 1);
      observation met = run_fresh(confirming_, what_, options_.seed, run, watching());
      if (failing(met.result)) judge(run, search_verdict::failing, std::move(met));
      return;
    }
    search_range range = at.range;
    if (range.memory_check_every != 0) range.first = next - range.memory_check_every;
    range.last = next;
    std::uint64_t root = 1;
    while (root * root < range.last - range.first) ++root;
    range.memory_check_every = range.memory_check_every == 0 ? root : 1;
    range.alone = true;
    at.range = range;
    const worker_end end = run_worker(at.memory, watching(), [&] { search_runs(at.memory, at.range); });
    const auto verdict = static_cast<search_verdict>(at.memory.counters().verdict.load());
    if (end.ended != worker_end::how::finished || verdict != search_verdict::memory_leaked) return;
    find_leaking_run(at, std::min(at.memory.counters().index.load() + 1, range.last));
  }

  void sum_up() {
    if (options_.max_failures == 1 && result_.failures.size() > 1) {
      auto first = result_.failures.begin();
      for (auto each = result_.failures.begin(); each != result_.failures.end(); ++each) {
        if (each->second.first.run < first->second.first.run) first = each;
      }
      result_.failures = {*first};
    }
    for (const auto& [signature, kept] : result_.failures) {
      result_.found.push_back(kept.first);
      result_.counts[signature.text()] += kept.count;
      if (options_.max_failures == 1 && options_.on_finding) options_.on_finding(signature, kept.first);
    }
    std::sort(result_.found.begin(), result_.found.end(),
              [](const finding& a, const finding& b) { return a.run < b.run; });
    result_.status.distinct = result_.failures.size();
  }

  static constexpr std::uint64_t always_confirmed = 20;
  static constexpr std::uint64_t first_killed_max = 10;
  static constexpr std::chrono::seconds checkpoint_interval{3};
  shared_memory& confirming_;
  const subject& what_;
  const explore_options& options_;
  const wall::time_point started_;
  wall::time_point last_checkpoint_ = started_;
  exploration result_;
  coverage so_far_;  ///< of earlier searches, of this one, and of the workers under way
  work_queue queue_;
  std::vector<slot> slots_;
  std::uint64_t natural_hash_ = 0;
  bool natural_ = true;  ///< the natural order is clean, as far as known
  bool alone_;
  bool memory_check_;
};

}  // namespace

exploration explore(shared_memory& memory, const subject& what, const explore_options& options) {
  TWINLOOP_ASSERT(what.body != nullptr);
  return exploring(memory, what, options).explore();
}

}  // namespace twinloop::testing
