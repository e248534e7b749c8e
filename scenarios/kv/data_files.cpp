// Blocking calls only: it runs at start, and inside pool jobs.
#include "scenarios/kv/data_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>

#include "scenarios/kv/resp_parser.hpp"
#include "twinloop/assert.hpp"

namespace kv {
namespace {

constexpr std::size_t read_ahead_bytes = 256 * 1024;
constexpr std::string_view prefix = "kv-";
constexpr std::string_view segment_suffix = ".log";
constexpr std::string_view snapshot_suffix = ".snapshot";
constexpr std::string_view temporary_suffix = ".snapshot.tmp";

std::string data_path(const std::string& directory, std::uint64_t number, std::string_view suffix) {
  return fmt::format("{}/{}{:06}{}", directory, prefix, number, suffix);
}

/// Reads the number out of "kv-000007.log". False for other names.
bool parse_name(std::string_view name, std::string_view suffix, std::uint64_t& number) {
  if (name.size() < prefix.size() + 6 + suffix.size()) return false;
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return false;
  std::string_view digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  std::int64_t value = 0;
  if (!parse_integer(digits, value) || value < 1) return false;
  number = static_cast<std::uint64_t>(value);
  return true;
}

}  // namespace

std::string segment_path(const std::string& directory, std::uint64_t number) {
  return data_path(directory, number, segment_suffix);
}
std::string snapshot_path(const std::string& directory, std::uint64_t number) {
  return data_path(directory, number, snapshot_suffix);
}
std::string temporary_snapshot_path(const std::string& directory, std::uint64_t number) {
  return data_path(directory, number, temporary_suffix);
}

std::string file_trouble(std::string_view action, std::string_view path, twinloop::errc error) {
  return fmt::format("cannot {} {}: {}", action, path, twinloop::message(error));
}

twinloop::result<directory_contents> list_data(twinloop::blocking_files& files, const std::string& directory) {
  auto names = files.list(directory);
  if (!names) return twinloop::unexpected(names.error());
  directory_contents found;
  for (const twinloop::directory_entry& entry : *names) {
    std::uint64_t number = 0;
    if (parse_name(entry.name, segment_suffix, number)) found.segments.push_back(number);
    if (parse_name(entry.name, snapshot_suffix, number)) found.snapshots.push_back(number);
    if (parse_name(entry.name, temporary_suffix, number)) found.leftovers.push_back(directory + "/" + entry.name);
  }
  std::sort(found.segments.begin(), found.segments.end());  // numbers may outgrow their six digits
  std::sort(found.snapshots.begin(), found.snapshots.end());
  return found;
}

frame_reader::~frame_reader() noexcept(false) {
  // While a killed process unwinds every call into its kernel throws; there is no file left to close then.
  if (file_ == twinloop::handle_id::none || std::uncaught_exceptions() > 0) return;
  (void)files_->close(file_);
}

twinloop::result<void> frame_reader::open() {
  TWINLOOP_ASSERT(file_ == twinloop::handle_id::none);
  auto opened = files_->open(path_, twinloop::open_read, 0, "read data");
  if (!opened) return twinloop::unexpected(opened.error());
  file_ = *opened;
  auto status = files_->status(file_);
  if (!status) return twinloop::unexpected(status.error());
  size_ = status->size;
  return {};
}

/// Makes the window hold `bytes` bytes from position_ on. False if the file has fewer.
twinloop::result<bool> frame_reader::fill(std::uint64_t bytes) {
  if (bytes > size_ - position_) return false;
  std::uint64_t used = position_ - window_start_;
  if (window_.size() - used >= bytes) return true;
  window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(used));
  window_start_ = position_;
  std::size_t have = window_.size();
  std::uint64_t wanted = std::min<std::uint64_t>(std::max<std::uint64_t>(bytes, read_ahead_bytes), size_ - position_);
  window_.resize(static_cast<std::size_t>(wanted));
  while (have < window_.size()) {
    auto taken = files_->read_at(file_, std::span(window_).subspan(have), window_start_ + have);
    if (!taken) return twinloop::unexpected(taken.error());
    if (*taken == 0) break;  // the file has become shorter
    have += *taken;
  }
  window_.resize(have);
  return have >= bytes;
}

twinloop::result<frame_reader::outcome> frame_reader::next(frame_view& out) {
  if (position_ == size_) return outcome::end;
  std::uint64_t wanted = frame_header_bytes;
  while (true) {
    auto filled = fill(wanted);
    if (!filled) return twinloop::unexpected(filled.error());
    if (!*filled) return outcome::broken;
    std::string_view bytes(reinterpret_cast<const char*>(window_.data()) + (position_ - window_start_),
                           window_.size() - (position_ - window_start_));
    frame_result looked = check_frame(bytes, position_, out);
    if (looked.check == frame_check::broken) return outcome::broken;
    if (looked.check == frame_check::good) {
      position_ += looked.needed_bytes;
      return outcome::frame;
    }
    TWINLOOP_ASSERT(looked.needed_bytes > wanted);
    wanted = looked.needed_bytes;
  }
}

twinloop::result<bool> frame_reader::good_frame_follows() {
  auto filled = fill(size_ - position_);
  if (!filled) return twinloop::unexpected(filled.error());
  std::string_view rest(reinterpret_cast<const char*>(window_.data()) + (position_ - window_start_),
                        window_.size() - (position_ - window_start_));
  frame_view found;
  for (std::size_t offset = 1; offset + frame_header_bytes <= rest.size(); ++offset) {
    if (rest[offset] != 'K') continue;
    if (check_frame(rest.substr(offset), position_ + offset, found).check == frame_check::good) return true;
  }
  return false;
}

}  // namespace kv
