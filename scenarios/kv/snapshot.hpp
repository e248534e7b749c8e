// Making a snapshot: folding the last one and the log segments behind it into a new one.
//
// It works on files alone, in a pool job, and never looks at the data in memory: the loop goes on meanwhile, nothing is
// locked, and what a snapshot holds is by construction what recovery would have read.
#ifndef TWINLOOP_SCENARIOS_KV_SNAPSHOT_HPP
#define TWINLOOP_SCENARIOS_KV_SNAPSHOT_HPP

#include <cstdint>
#include <string>

#include "scenarios/kv/options.hpp"
#include "scenarios/kv/store.hpp"
#include "twinloop/work.hpp"

namespace kv {

struct snapshot_plan {
  std::string directory;
  std::uint64_t old_snapshot = 0;  ///< 0 = none
  std::uint64_t first_segment = 0;
  std::uint64_t last_segment = 0;  ///< complete: nothing is written to it any more
  std::uint64_t end_sequence = 0;  ///< the number of the first change behind it
  bugs broken{};
};

/// Writes snapshot last_segment + 1 and removes what it replaces. The result is empty, or says what went wrong; the old
/// files are whole then.
std::string make_snapshot(twinloop::job& job, const snapshot_plan& plan);

/// Writes `data` to a new file and makes its bytes durable (not so without `sync`, which is a bug of the buggy twin).
/// The result is empty, or says what went wrong.
std::string write_snapshot(twinloop::blocking_files& files, const std::string& path, const store& data,
                           std::uint64_t end_sequence, bool sync = true);

}  // namespace kv

#endif
