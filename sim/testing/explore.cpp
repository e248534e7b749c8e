// The search: schedules of one subject, run in worker processes until one fails or the budget is used up.
#include "sim/testing/explore.hpp"

#include "sim/testing/search_worker.hpp"

namespace twinloop::testing {
namespace {

using wall = std::chrono::steady_clock;

class exploring {
 public:
  exploring(shared_memory& memory, const subject& what, const explore_options& options)
      : memory_(memory), what_(what), options_(options), started_(wall::now()) {}

  exploration explore() {
    std::uint64_t next = 0;
    while (next < options_.runs && go_on()) next = search_from(next);
    result_.status.seconds = elapsed();
    return std::move(result_);
  }

 private:
  double elapsed() const { return std::chrono::duration<double>(wall::now() - started_).count(); }

  bool go_on() {
    if (done_) return false;
    if (options_.interrupted && options_.interrupted()) result_.interrupted = true;
    return !result_.interrupted && !(options_.seconds && elapsed() >= *options_.seconds);
  }

  watch_options watching() const {
    watch_options watch;
    watch.stall = options_.stall;
    watch.go_on = [this] { return !(options_.interrupted && options_.interrupted()); };
    return watch;
  }

  /// What the worker under way adds to what is behind us.
  search_status status_now() const {
    search_status now = result_.status;
    now.runs += memory_.counters().done.load();
    now.choices += memory_.counters().choices.load();
    now.seconds = elapsed();
    return now;
  }

  /// Runs one worker from run `first` on; gives back where the next one starts.
  std::uint64_t search_from(std::uint64_t first) {
    const std::uint64_t last = options_.isolate_each_run ? first + 1 : options_.runs;
    const search_range range{&what_, options_.seed, first, last, natural_hash_};
    watch_options watch = watching();
    watch.go_on = [this] {
      if (options_.on_progress) options_.on_progress(status_now());
      return go_on();
    };
    const worker_end end = run_worker(memory_, watch, [&] { search_runs(memory_, range); });
    result_.status = status_now();
    natural_hash_ = memory_.counters().natural_hash.load();
    const auto verdict = static_cast<search_verdict>(memory_.counters().verdict.load());
    const std::uint64_t run = memory_.counters().run.load();
    if (end.ended == worker_end::how::stopped) return options_.runs;
    if (end.ended == worker_end::how::finished && verdict == search_verdict::clean) return last;
    observation met;
    read_observation(memory_.log(), met);
    if (verdict == search_verdict::clean) met.complete = false;
    add_worker_end(memory_, end, watch, met);
    judge(run, verdict, std::move(met));
    return std::max(run, first) + 1;
  }

  void judge(std::uint64_t run, search_verdict verdict, observation met) {
    ++result_.status.runs;
    ++result_.status.failing;
    const double met_after = elapsed();
    if (verdict != search_verdict::differs && known(met.result.broke.name)) return;
    finding found = verdict == search_verdict::differs
                        ? explain_difference(memory_, what_, options_.seed, run, std::move(met), watching())
                        : confirm(memory_, what_, options_.seed, run, std::move(met), watching());
    found.seconds = met_after;
    done_ = !options_.keep_going;
    if (known(found.seen.result.broke.name)) return;
    result_.counts[found.seen.result.broke.name] = 1;
    if (options_.on_finding) options_.on_finding(found);
    result_.found.push_back(std::move(found));
  }

  /// Counts one more run that failed in a way seen before.
  bool known(const std::string& name) {
    const auto counted = result_.counts.find(name);
    if (counted == result_.counts.end()) return false;
    ++counted->second;
    return true;
  }

  shared_memory& memory_;
  const subject& what_;
  const explore_options& options_;
  const wall::time_point started_;
  exploration result_;
  std::uint64_t natural_hash_ = 0;
  bool done_ = false;
};

}  // namespace

exploration explore(shared_memory& memory, const subject& what, const explore_options& options) {
  TWINLOOP_ASSERT(what.body != nullptr);
  return exploring(memory, what, options).explore();
}

}  // namespace twinloop::testing
