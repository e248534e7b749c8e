// Frames: what log segments and snapshots are made of. One frame is one batch of changes, written and synced together,
// with a checksum over itself and the place where it stands, so that bytes elsewhere can never pass for it.
//
// A segment's next frame is written only after the one before it is durable. So a broken frame that has a good one
// behind it was damaged after it had been durable, and one with nothing behind it is a write that a crash cut short.
#ifndef TWINLOOP_SCENARIOS_KV_FRAME_HPP
#define TWINLOOP_SCENARIOS_KV_FRAME_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace kv {

/// magic (4), payload bytes (4), sequence (8), changes (4), checksum (4)
inline constexpr std::size_t frame_header_bytes = 24;

enum class frame_type : std::uint8_t {
  changes,       ///< payload: encoded changes
  snapshot_end,  ///< closes a snapshot; sequence = number of the first change that is not in it
};

struct frame_view {
  frame_type type = frame_type::changes;
  std::uint64_t sequence = 0;  ///< the number of its first change, counted from 0 over the life of the data
  std::uint32_t count = 0;     ///< changes in it
  std::string_view payload{};
};

/// A string with room for a header in front: append the payload to it, then seal it.
std::string begin_frame();
/// Writes the header of `frame`, which will stand at byte `position` of its file.
void seal_frame(std::string& frame, frame_type type, std::uint64_t sequence, std::uint32_t count,
                std::uint64_t position);

enum class frame_check : std::uint8_t {
  good,
  short_of_bytes,  ///< may be a frame; needed_bytes says how many it takes to tell
  broken,
};
struct frame_result {
  frame_check check = frame_check::broken;
  std::uint64_t needed_bytes = 0;  ///< good: the frame's size; short_of_bytes: how many to come back with
};
/// Looks at `bytes`, which stand at `position` of a file. Fills `out` if they begin with a good frame.
frame_result check_frame(std::string_view bytes, std::uint64_t position, frame_view& out);

}  // namespace kv

#endif
