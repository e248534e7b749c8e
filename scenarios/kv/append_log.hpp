// The append-only log: changes in, and word when they are durable.
//
//   std::uint64_t position = log.append(change);    // in memory from now on
//   ... on_durable: log.durable() >= position       // on disk from now on, come what may
//
// Group commit: what is appended during one turn of the loop, or while a batch is on its way, forms the next batch;
// one write and one sync serve all of it. One batch is under way at a time, and the next begins when it is durable
// (recovery relies on that; see frame.hpp).
// Segments: rotate() makes the next file ready beside the running batch and changes over between two batches.
#ifndef TWINLOOP_SCENARIOS_KV_APPEND_LOG_HPP
#define TWINLOOP_SCENARIOS_KV_APPEND_LOG_HPP

#include <cstdint>
#include <optional>
#include <string>

#include "scenarios/kv/change.hpp"
#include "scenarios/kv/options.hpp"
#include "scenarios/kv/recovery.hpp"
#include "twinloop/file.hpp"
#include "twinloop/loop.hpp"

namespace kv {

class append_log {
 public:
  /// `settings` must outlive it.
  append_log(twinloop::loop& loop, const options& settings);

  /// Goes on where recovery ended; `opened` gets what went wrong, or an empty string. Append nothing before.
  void open(const recovered& from, twinloop::unique_function<void(std::string)> opened);

  /// Takes a change over and gives back its position; it is durable once durable() has reached that. Positions count
  /// changes. After a failure nothing becomes durable any more.
  std::uint64_t append(const change& made);
  /// The position of the newest change, and of the newest durable one.
  std::uint64_t appended() const { return appended_; }
  std::uint64_t durable() const { return durable_; }
  void on_durable(twinloop::unique_function<void()> callback) { on_durable_ = std::move(callback); }
  /// The log cannot be written: what is not durable by now never will be. Called once.
  void on_failure(twinloop::unique_function<void(std::string)> callback) { on_failure_ = std::move(callback); }
  /// The disk is full: asks whether space may come free. If so the batch waits for retry(), else the log fails.
  void on_full(twinloop::unique_function<bool()> callback) { on_full_ = std::move(callback); }
  void retry();

  /// Starts a new segment. `rotated` gets what went wrong (the log then stays with the old segment), or an empty string
  /// once the old one is complete: everything before rotated_at() stands in older segments, all else in newer ones.
  void rotate(twinloop::unique_function<void(std::string)> rotated);
  /// Not while this is true.
  bool rotating() const { return closing_ || rotation_ != rotation_step::none; }
  std::uint64_t rotated_at() const { return rotated_at_; }

  std::uint64_t segment() const { return segment_; }
  std::uint64_t segment_bytes() const { return position_; }
  /// Bytes appended and not yet durable.
  std::size_t backlog_bytes() const { return pending_.size() + batch_.size(); }
  /// Nothing is under way and nothing is waiting.
  bool idle() const { return !busy_ && pending_count_ == 0 && !rotating(); }
  bool failed() const { return failed_; }

 private:
  enum class rotation_step : std::uint8_t { none, opening, syncing_name, ready };
  void schedule();
  void start_batch();
  void write_rest(std::size_t from);
  void written(std::size_t from, twinloop::errc error, std::size_t count);
  void sync_batch();
  void finish_batch();
  void acknowledge(std::uint64_t upto);
  void segment_opened(twinloop::errc error);
  void segment_ready();
  void change_over();
  void finish_rotation(std::string trouble);
  void fail(std::string_view action, std::string_view path, twinloop::errc error);
  std::string next_path() const { return segment_path(settings_->directory, segment_ + 1); }

  const options* settings_;
  twinloop::loop* loop_;
  twinloop::file files_[2];  // the segment in use, and the one being made ready
  twinloop::file_system directory_;
  int active_ = 0;
  twinloop::file& active() { return files_[active_]; }
  twinloop::file& standby() { return files_[1 - active_]; }

  std::string path_;  // of the segment in use
  std::uint64_t segment_ = 0;
  std::uint64_t position_ = 0;  // where its next frame goes
  std::string pending_;         // the next batch's frame, header still blank
  std::uint32_t pending_count_ = 0;
  std::string batch_;                  // the frame under way
  std::uint64_t batch_end_ = 0;        // the position of its last change
  std::optional<std::size_t> parked_;  // how much of the batch was written when the disk was full
  std::uint64_t appended_ = 0;
  std::uint64_t durable_ = 0;
  std::uint64_t rotated_at_ = 0;
  bool busy_ = false;       // a batch is under way
  bool scheduled_ = false;  // one will start in this turn
  bool failed_ = false;
  bool closing_ = false;  // a file that is no longer used is on its way out
  rotation_step rotation_ = rotation_step::none;
  twinloop::unique_function<void(std::string)> rotated_;
  twinloop::unique_function<void(std::string)> opened_;
  twinloop::unique_function<void()> on_durable_;
  twinloop::unique_function<bool()> on_full_;
  twinloop::unique_function<void(std::string)> on_failure_;
};

}  // namespace kv

#endif
