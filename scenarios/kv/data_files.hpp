// The files of a data directory and how to read their frames.
//
// kv-000007.snapshot holds the data as it was when segment kv-000007.log began; the segments from that number on hold
// what came after. A snapshot gets its name only once it is complete and durable, so a .tmp beside it is rubbish.
#ifndef TWINLOOP_SCENARIOS_KV_DATA_FILES_HPP
#define TWINLOOP_SCENARIOS_KV_DATA_FILES_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/kv/frame.hpp"
#include "twinloop/work.hpp"

namespace kv {

std::string segment_path(const std::string& directory, std::uint64_t number);
std::string snapshot_path(const std::string& directory, std::uint64_t number);
std::string temporary_snapshot_path(const std::string& directory, std::uint64_t number);

struct directory_contents {
  std::vector<std::uint64_t> segments;   ///< ascending
  std::vector<std::uint64_t> snapshots;  ///< ascending
  std::vector<std::string> leftovers;    ///< paths of temporary files of ours
};
/// What of ours stands in `directory`; files with other names are left alone.
twinloop::result<directory_contents> list_data(twinloop::blocking_files& files, const std::string& directory);

/// "cannot <action> <path>: <reason>"
std::string file_trouble(std::string_view action, std::string_view path, twinloop::errc error);

/// Reads a file frame by frame, holding one at a time.
class frame_reader {
 public:
  frame_reader(twinloop::blocking_files& files, std::string path) : files_(&files), path_(std::move(path)) {}
  ~frame_reader() noexcept(false);  ///< closing is a call into the kernel, which throws when the process is killed
  frame_reader(const frame_reader&) = delete;
  frame_reader& operator=(const frame_reader&) = delete;

  twinloop::result<void> open();
  enum class outcome : std::uint8_t { frame, end, broken };
  /// `out` is valid until the next call. `broken`: no good frame stands at position(), though bytes do.
  twinloop::result<outcome> next(frame_view& out);
  /// Where the next frame should stand: behind the last good one.
  std::uint64_t position() const { return position_; }
  std::uint64_t size() const { return size_; }
  /// Whether a good frame stands anywhere behind position(): then what is broken there was whole once.
  twinloop::result<bool> good_frame_follows();

 private:
  twinloop::result<bool> fill(std::uint64_t bytes);

  twinloop::blocking_files* files_;
  std::string path_;
  twinloop::handle_id file_ = twinloop::handle_id::none;
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;
  std::vector<std::byte> window_;  // the file's bytes from window_start_
  std::uint64_t window_start_ = 0;
};

}  // namespace kv

#endif
