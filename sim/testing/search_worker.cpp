// The part of a search that runs in a worker: schedules back to back, until one fails.
#include "sim/testing/search_worker.hpp"

#include "sim/testing/learning.hpp"
#include "sim/testing/observation.hpp"
#include "sim/testing/run.hpp"

namespace twinloop::testing {
namespace {

class searcher {
 public:
  searcher(shared_memory& memory, const search_range& range)
      : memory_(memory), range_(range), counters_(memory.counters()) {
    counters_.natural_hash.store(range.natural_hash);
  }

  void run_all() {
    for (std::uint64_t run = range_.first; run < range_.last; ++run) {
      if (counters_.stop.load(std::memory_order_relaxed) != 0) return;
      if (!run_one(run)) return;
    }
    if (range_.last > range_.first + 2) probe_natural();
  }

 private:
  enum class order : std::uint8_t { planned, natural };

  /// False ends the search: the verdict says why.
  bool run_one(std::uint64_t run) {
    counters_.run.store(run, std::memory_order_relaxed);
    const std::optional<std::uint64_t> hash = execute(run, order::planned);
    if (!hash) return false;
    counters_.done.fetch_add(1, std::memory_order_relaxed);
    counters_.choices.fetch_add(memory_.record().head().committed, std::memory_order_relaxed);
    if (run == 0) counters_.natural_hash.store(*hash);
    if (run == 1 && !expect(run, order::planned, counters_.natural_hash.load(), *hash)) return false;
    if (run % compare_one_in == compare_one_in / 2) {
      const std::optional<std::uint64_t> second = execute(run, order::planned);
      if (!second || !expect(run, order::planned, *hash, *second)) return false;
    }
    return run % probe_one_in != probe_one_in - 1 || probe_natural();
  }

  /// The natural order again, after others: what it finds changed has leaked from run to run.
  bool probe_natural() {
    if (counters_.natural_hash.load() == 0) return true;
    const std::optional<std::uint64_t> hash = execute(0, order::natural);
    return hash && expect(counters_.run.load(), order::natural, counters_.natural_hash.load(), *hash);
  }

  /// The trace hash of a clean run; nothing of a failing one, which becomes the verdict.
  std::optional<std::uint64_t> execute(std::uint64_t run, order how, bool log_events = false) {
    counters_.begun.fetch_add(1, std::memory_order_relaxed);
    std::unique_ptr<sim::choice_source> source;
    if (how == order::planned) source = source_of(*range_.what, range_.seed, run);
    const run_result result =
        run_in(world_, {range_.what, source.get(), range_.seed, run, &memory_.record(), log_events});
    if (!failing(result)) return result.hash;
    if (log_events) return result.hash;
    observation_writer(memory_.log()).result(result);
    counters_.verdict.store(static_cast<std::uint32_t>(search_verdict::failing));
    return std::nullopt;
  }

  bool expect(std::uint64_t run, order how, std::uint64_t hash, std::uint64_t second_hash) {
    if (hash == 0 || hash == second_hash) return true;
    counters_.verdict.store(static_cast<std::uint32_t>(search_verdict::differs));
    // Once more with its events; state may alternate, so as often as it takes to go another way again.
    for (int tries = 0; tries < 4; ++tries) {
      if (execute(how == order::natural ? 0 : run, how, true) != hash) break;
    }
    observation_writer writer(memory_.log());
    for (const sim::event& what : world_.events()) writer.event(what);
    if (how == order::natural) counters_.run.store(0);
    return false;
  }

  shared_memory& memory_;
  const search_range range_;
  worker_counters& counters_;
  sim::world world_;
};

}  // namespace

void search_runs(shared_memory& memory, const search_range& range) {
  TWINLOOP_ASSERT(range.what != nullptr);
  searcher(memory, range).run_all();
}

}  // namespace twinloop::testing
