// The part of a search that runs in a worker: schedules back to back, until one fails.
#define XXH_INLINE_ALL
#include "sim/testing/search_worker.hpp"

#include <xxhash.h>

#include "sim/testing/learning.hpp"
#include "sim/testing/memory_check.hpp"
#include "sim/testing/observation.hpp"
#include "sim/testing/printed_reports.hpp"
#include "sim/testing/run.hpp"

namespace twinloop::testing {
namespace {

class searcher {
 public:
  searcher(shared_memory& memory, const search_range& range)
      : memory_(memory), range_(range), counters_(memory.counters()) {
    counters_.natural_hash.store(range.natural_hash);
    counters_.index.store(range.first);
  }

  void run_all() {
    const bool begins_natural = range_.part.run_at(range_.first) == 0;
    if (wants_natural() && !begins_natural && !run_natural(search_phase::first)) return;
    std::uint64_t place = range_.first;
    for (; place < range_.last && !stopped(place); ++place) {
      counters_.index.store(place, std::memory_order_relaxed);
      const std::uint64_t run = range_.part.run_at(place);
      if (range_.skip && range_.skip(run)) continue;
      if (!run_one(run)) return;
      if (range_.memory_check_every != 0 && (place - range_.first + 1) % range_.memory_check_every == 0) {
        if (!check_memory()) return;
      }
    }
    counters_.index.store(place, std::memory_order_relaxed);
    if (wants_natural() && place > range_.first + 2 && !run_natural(search_phase::again)) return;
    if (range_.memory_check) check_memory();
  }

 private:
  bool wants_natural() const { return !range_.alone && range_.natural; }
  bool stopped(std::uint64_t place) const {
    return counters_.stop.load(std::memory_order_relaxed) != 0 ||
           place >= counters_.bound.load(std::memory_order_relaxed);
  }
  void enter(search_phase phase, std::uint64_t run) {
    counters_.phase.store(static_cast<std::uint32_t>(phase), std::memory_order_relaxed);
    counters_.run.store(run, std::memory_order_relaxed);
  }
  void give(search_verdict verdict) { counters_.verdict.store(static_cast<std::uint32_t>(verdict)); }

  /// False ends the search: the verdict says why.
  bool run_one(std::uint64_t run) {
    enter(search_phase::run, run);
    const std::optional<std::uint64_t> hash = execute(run);
    if (!hash) return false;
    if (range_.coverage) tell_coverage(run);
    counters_.done.fetch_add(1, std::memory_order_relaxed);
    counters_.choices.fetch_add(memory_.record().head().committed, std::memory_order_relaxed);
    counters_.last_hash.store(*hash, std::memory_order_relaxed);
    if (run == 0 && counters_.natural_hash.load() == 0) counters_.natural_hash.store(*hash);
    if (run <= 1 && !expect(counters_.natural_hash.load(), *hash)) return false;
    if (range_.alone) return true;
    if (is_compared(run)) {
      enter(search_phase::comparison, run);
      const std::optional<std::uint64_t> second = execute(run);
      if (!second || !expect(*hash, *second)) return false;
    }
    if (run % probe_one_in != probe_one_in - 1 || !wants_natural()) return true;
    counters_.index.fetch_add(1, std::memory_order_relaxed);  // this one is done
    return run_natural(search_phase::again);
  }

  /// The natural order, before all others and again after them: what it finds changed has leaked from run to run.
  bool run_natural(search_phase phase) {
    enter(phase, 0);
    const std::optional<std::uint64_t> hash = execute(0);
    if (!hash && phase == search_phase::first) give(search_verdict::natural_fails);
    if (!hash) return false;
    if (counters_.natural_hash.load() == 0) counters_.natural_hash.store(*hash);
    return expect(counters_.natural_hash.load(), *hash);
  }

  /// The trace hash of a clean run; nothing of a failing one, which becomes the verdict.
  std::optional<std::uint64_t> execute(std::uint64_t run, bool log_events = false) {
    counters_.begun.fetch_add(1, std::memory_order_relaxed);
    const auto answers = source_of(*range_.what, range_.seed, run);
    sim::coverage_source watched(answers.get(), seen_);
    const bool watch = range_.coverage && counters_.phase.load() == static_cast<std::uint32_t>(search_phase::run);
    sim::choice_source* const source = watch ? static_cast<sim::choice_source*>(&watched) : answers.get();
    if (watch) seen_.begin();
    run_result result = run_in(world_, {range_.what, source, range_.seed, run, &memory_.record(), log_events});
    if (std::optional<death> report = reports_.news(); report && !failing(result)) {
      result.ended = sim::outcome::failed;
      result.broke = std::move(report->broke);
      result.site = std::move(report->site);
    }
    if (!failing(result) || log_events) return result.hash;
    observation_writer(memory_.log()).result(result);
    give(search_verdict::failing);
    return std::nullopt;
  }

  /// What orders do not tell of a run, as faults, is of its class too.
  void tell_coverage(std::uint64_t run) {
    std::uint64_t hash = seen_.class_hash();
    for (const sim::choice_record& made : world_.choices()) {
      const bool orders = made.kind != sim::choice_kind::user && (sim::order_kinds() & sim::bit(made.kind)) != 0;
      if (made.value == 0 || orders) continue;
      const std::uint64_t words[] = {hash, made.label, made.occurrence, made.value};
      hash = XXH3_64bits(words, sizeof words);
    }
    observation_writer writer(memory_.log());
    writer.run_was({run, hash});
    for (const order_pair& each : seen_.new_orders()) writer.saw_orders(each);
  }

  /// Whether the run under way, done a second time, went the same way; if not, its events go into the log.
  bool expect(std::uint64_t hash, std::uint64_t second_hash) {
    if (hash == 0 || hash == second_hash) return true;
    give(search_verdict::differs);
    // Once more with its events; state may alternate, so as often as it takes to go another way again.
    for (int tries = 0; tries < 4; ++tries) {
      if (execute(counters_.run.load(), true) != hash) break;
    }
    observation_writer writer(memory_.log());
    for (const sim::event& what : world_.events()) writer.event(what);
    return false;
  }

  /// LeakSanitizer sees no suspended stacks, so the world gives up its own first.
  bool check_memory() {
    world_.reset();
    if (!memory_leaked()) return true;
    give(search_verdict::memory_leaked);
    return false;
  }

  shared_memory& memory_;
  const search_range range_;
  worker_counters& counters_;
  printed_reports reports_;
  sim::world world_;
  sim::search_coverage seen_;
};

}  // namespace

void search_runs(shared_memory& memory, const search_range& range) {
  TWINLOOP_ASSERT(range.what != nullptr);
  TWINLOOP_ASSERT(range.first < range.last);
  searcher(memory, range).run_all();
}

}  // namespace twinloop::testing
