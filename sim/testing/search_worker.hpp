// The part of a search that runs in a worker: schedules back to back, until one fails.
#ifndef TWINLOOP_SIM_TESTING_SEARCH_WORKER_HPP
#define TWINLOOP_SIM_TESTING_SEARCH_WORKER_HPP

#include <functional>

#include "sim/testing/shard.hpp"
#include "sim/testing/shared_memory.hpp"
#include "sim/testing/subject.hpp"

namespace twinloop::testing {

enum class search_verdict : std::uint32_t {
  clean,          ///< so far
  failing,        ///< run number counters().run failed; its result is in the log, its choices in the recording
  differs,        ///< it went two ways under the same choices; a third way's events are in the log
  natural_fails,  ///< the natural order failed before the first run: there is nothing to compare with
  memory_leaked,  ///< since the last look, by LeakSanitizer
};

/// What counters().phase says is under way.
enum class search_phase : std::uint32_t {
  run,         ///< a run of the search
  first,       ///< the natural order, before all
  comparison,  ///< a run of the search once more
  again,       ///< the natural order, after others
};

struct search_range {
  const subject* what = nullptr;
  std::uint64_t seed = 0;
  shard part{};
  std::uint64_t first = 0;               ///< places of the shard
  std::uint64_t last = 0;                ///< one beyond
  std::uint64_t natural_hash = 0;        ///< trace hash of the natural order if a worker before found it, else 0
  bool alone = false;                    ///< nothing but the runs: no comparison, no natural order
  bool natural = true;                   ///< the natural order is clean, as far as known
  std::uint64_t memory_check_every = 0;  ///< runs between looks for leaked memory; 0 = at the end only
  bool memory_check = false;             ///< look for leaked memory at all
  bool coverage = true;                  ///< tell what each run was like; see coverage.hpp
  std::function<bool(std::uint64_t run)> skip{};  ///< runs that were done elsewhere
};

/// How often a clean run is run a second time and compared, and the natural order once more after all the others.
inline constexpr std::uint64_t compare_one_in = 50;
inline constexpr std::uint64_t probe_one_in = 1000;
/// Whether a search compares this run.
inline bool is_compared(std::uint64_t run) { return run % compare_one_in == compare_one_in / 2; }

/// Runs the range in this process, up to the first run that does not end clean or when asked to stop. On return and
/// when the process dies, counters().index is the place that was under way, or beyond the last one that was done.
void search_runs(shared_memory& memory, const search_range& range);

}  // namespace twinloop::testing

#endif
