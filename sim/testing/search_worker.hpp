// The part of a search that runs in a worker: schedules back to back, until one fails.
#ifndef TWINLOOP_SIM_TESTING_SEARCH_WORKER_HPP
#define TWINLOOP_SIM_TESTING_SEARCH_WORKER_HPP

#include "sim/testing/shared_memory.hpp"
#include "sim/testing/subject.hpp"

namespace twinloop::testing {

enum class search_verdict : std::uint32_t {
  clean,    ///< so far
  failing,  ///< run number counters().run failed; its result is in the log, its choices in the recording
  differs,  ///< it went two ways under the same choices; a third way's events are in the log
};

struct search_range {
  const subject* what = nullptr;
  std::uint64_t seed = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;          ///< one beyond
  std::uint64_t natural_hash = 0;  ///< trace hash of the natural order if a worker before found it, else 0
};

/// How often a clean run is run a second time and compared, and the natural order once more after all the others.
inline constexpr std::uint64_t compare_one_in = 50;
inline constexpr std::uint64_t probe_one_in = 1000;

/// Runs the range in this process, up to the first run that does not end clean or when asked to stop.
void search_runs(shared_memory& memory, const search_range& range);

}  // namespace twinloop::testing

#endif
