// From files to data: the newest snapshot, and the log segments from its number on.
//
// A crash may cut the last frame short, and that is repaired: its changes were never acknowledged. Everything else that
// does not add up (a broken frame with good ones behind it, a missing segment, a gap in the sequence) means that
// acknowledged data is damaged; then recovery stops and says where, rather than serve less than was promised.
#ifndef TWINLOOP_SCENARIOS_KV_RECOVERY_HPP
#define TWINLOOP_SCENARIOS_KV_RECOVERY_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/kv/data_files.hpp"
#include "scenarios/kv/options.hpp"
#include "scenarios/kv/store.hpp"
#include "twinloop/work.hpp"

namespace kv {

/// What a snapshot and a run of segments add up to.
struct loaded_data {
  store data;
  std::uint64_t next_sequence = 0;  ///< the number of the first change that is not in it
  std::uint64_t last_bytes = 0;     ///< how much of the last segment is good
  std::uint64_t cut_segment = 0;    ///< the segment whose end a crash cut short, 0 = none ...
  std::uint64_t cut_at = 0;         ///< ... and where its good part ends
};
/// Loads snapshot `snapshot` (0 = there is none) and the segments `first`..`last`. The result is empty, or says what is
/// wrong, and with which file.
std::string load_data(twinloop::blocking_files& files, const std::string& directory, std::uint64_t snapshot,
                      std::uint64_t first, std::uint64_t last, loaded_data& out);

struct recovered {
  store data;
  std::uint64_t next_sequence = 0;
  std::uint64_t snapshot = 0;  ///< the newest one's number, 0 = none
  std::uint64_t segment = 0;   ///< the one to go on writing
  std::uint64_t segment_bytes = 0;
  std::vector<std::string> notes{};  ///< what was repaired, for people
};
/// Brings `directory` into a state to go on from: loads it, repairs the tail, removes leftovers, makes all of it
/// durable. The result is empty, or says what is wrong, where, and what to do.
std::string recover(twinloop::blocking_files& files, const options& settings, recovered& out);

}  // namespace kv

#endif
