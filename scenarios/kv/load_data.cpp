// Reading only: nothing here changes a file, so the compaction job uses it beside a running log.
#include <fmt/core.h>

#include "scenarios/kv/recovery.hpp"
#include "twinloop/assert.hpp"

namespace kv {
namespace {

using twinloop::blocking_files;

/// Applies the changes of one frame. False if its payload is not what its header says.
bool apply_frame(const frame_view& frame, store& data) {
  std::string_view rest = frame.payload;
  change made;
  std::uint32_t count = 0;
  for (; !rest.empty(); ++count) {
    if (!decode(rest, made)) return false;
    data.apply(made);
  }
  return count == frame.count;
}

std::string damaged(std::string_view path, std::uint64_t position, std::string_view what) {
  return fmt::format("{} is damaged at byte {}: {}; restore it from a copy, or move it away to go on without it", path,
                     position, what);
}

std::string load_snapshot(blocking_files& files, const std::string& path, loaded_data& out) {
  frame_reader reader(files, path);
  if (auto opened = reader.open(); !opened) return file_trouble("open", path, opened.error());
  while (true) {
    std::uint64_t position = reader.position();
    frame_view frame;
    auto reached = reader.next(frame);
    if (!reached) return file_trouble("read", path, reached.error());
    if (*reached != frame_reader::outcome::frame) return damaged(path, position, "its end is missing");
    if (frame.type == frame_type::snapshot_end) {
      out.next_sequence = frame.sequence;
      if (reader.position() != reader.size()) return damaged(path, reader.position(), "bytes follow its end");
      return {};
    }
    if (!apply_frame(frame, out.data)) return damaged(path, position, "its changes cannot be read");
  }
}

/// What follows the good frames of segment `number` is no frame: a write cut short, or damage.
std::string judge_broken(frame_reader& reader, const std::string& path, std::uint64_t number, loaded_data& out) {
  auto follows = reader.good_frame_follows();
  if (!follows) return file_trouble("read", path, follows.error());
  if (*follows) return damaged(path, reader.position(), "a good batch follows a broken one");
  out.cut_segment = number;
  out.cut_at = reader.position();
  return {};
}

std::string load_segment(blocking_files& files, const std::string& directory, std::uint64_t number, loaded_data& out) {
  std::string path = segment_path(directory, number);
  frame_reader reader(files, path);
  if (auto opened = reader.open(); !opened) return file_trouble("open", path, opened.error());
  while (true) {
    std::uint64_t position = reader.position();
    frame_view frame;
    auto reached = reader.next(frame);
    if (!reached) return file_trouble("read", path, reached.error());
    if (*reached == frame_reader::outcome::end) break;
    if (out.cut_segment != 0) {
      return damaged(segment_path(directory, out.cut_segment), out.cut_at, "a later segment goes on behind it");
    }
    if (*reached == frame_reader::outcome::broken) {
      out.last_bytes = position;
      return judge_broken(reader, path, number, out);
    }
    if (frame.type != frame_type::changes || frame.sequence != out.next_sequence) {
      return damaged(path, position,
                     fmt::format("change {} stands where change {} should", frame.sequence, out.next_sequence));
    }
    if (!apply_frame(frame, out.data)) return damaged(path, position, "its changes cannot be read");
    out.next_sequence += frame.count;
  }
  out.last_bytes = reader.position();
  return {};
}

}  // namespace

std::string load_data(blocking_files& files, const std::string& directory, std::uint64_t snapshot, std::uint64_t first,
                      std::uint64_t last, loaded_data& out) {
  TWINLOOP_ASSERT(first <= last);
  if (snapshot != 0) {
    if (std::string trouble = load_snapshot(files, snapshot_path(directory, snapshot), out); !trouble.empty()) {
      return trouble;
    }
  }
  for (std::uint64_t number = first; number <= last; ++number) {
    if (std::string trouble = load_segment(files, directory, number, out); !trouble.empty()) return trouble;
  }
  return {};
}

}  // namespace kv
