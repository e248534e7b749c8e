// Batches and acknowledgement. Changing segments stands in append_log_rotation.cpp.
#include "scenarios/kv/append_log.hpp"

#include "scenarios/kv/frame.hpp"
#include "twinloop/assert.hpp"

namespace kv {

using twinloop::errc;

append_log::append_log(twinloop::loop& loop, const options& settings)
    : settings_(&settings),
      loop_(&loop),
      files_{twinloop::file(loop, "log"), twinloop::file(loop, "log")},
      directory_(loop, "log directory"),
      pending_(begin_frame()) {}

void append_log::open(const recovered& from, twinloop::unique_function<void(std::string)> opened) {
  TWINLOOP_ASSERT(segment_ == 0);
  TWINLOOP_ASSERT(from.segment > 0);
  segment_ = from.segment;
  position_ = from.segment_bytes;
  appended_ = durable_ = rotated_at_ = from.next_sequence;
  path_ = segment_path(settings_->directory, segment_);
  opened_ = std::move(opened);
  active().open(path_, twinloop::open_read_write, 0644, [this](errc error) {
    auto done = std::move(opened_);
    done(error == errc::ok ? std::string() : file_trouble("open", path_, error));
  });
}

std::uint64_t append_log::append(const change& made) {
  TWINLOOP_ASSERT(active().is_open());
  encode(made, pending_);
  ++pending_count_;
  ++appended_;
  schedule();
  return appended_;
}

/// Begins the next batch at the end of this turn, so that all requests of the turn share it.
void append_log::schedule() {
  if (busy_ || scheduled_ || failed_) return;
  scheduled_ = true;
  loop_->immediate([this] {
    scheduled_ = false;
    if (!busy_ && !failed_) start_batch();
  });
}

void append_log::start_batch() {
  TWINLOOP_ASSERT(!busy_);
  if (pending_count_ == 0) return;
  busy_ = true;
  std::swap(batch_, pending_);
  batch_end_ = appended_;
  seal_frame(batch_, frame_type::changes, batch_end_ - pending_count_, pending_count_, position_);
  pending_.assign(frame_header_bytes, '\0');
  pending_count_ = 0;
  write_rest(0);
}

void append_log::write_rest(std::size_t from) {
  TWINLOOP_ASSERT(from < batch_.size());
  auto bytes = std::as_bytes(std::span(batch_)).subspan(from);
  active().write_at(bytes, position_ + from,
                    [this, from](errc error, std::size_t count) { written(from, error, count); });
}

void append_log::written(std::size_t from, errc error, std::size_t count) {
  if (error == errc::no_space && on_full_ && on_full_()) {
    parked_ = from;
    return;
  }
  if (error != errc::ok) return fail("write", path_, error);
  // A write that takes nothing and reports no error would be tried for ever.
  if (count == 0) return fail("write", path_, errc::input_output);
  if (from + count < batch_.size()) return write_rest(from + count);
  sync_batch();
}

void append_log::retry() {
  if (!parked_) return;
  std::size_t from = *parked_;
  parked_.reset();
  write_rest(from);
}

void append_log::sync_batch() {
  if (settings_->broken.ack_before_sync) acknowledge(batch_end_);
  active().sync([this](errc error) {
    if (error != errc::ok) return fail("sync", path_, error);
    finish_batch();
  });
}

void append_log::finish_batch() {
  position_ += batch_.size();
  batch_.clear();
  busy_ = false;
  // Only this batch was on disk when the sync began; what was appended since has not even been written.
  std::uint64_t covered = settings_->broken.ack_wrong_batch ? appended_ : batch_end_;
  if (rotation_ == rotation_step::ready) change_over();
  if (!failed_) start_batch();
  acknowledge(covered);
}

void append_log::acknowledge(std::uint64_t upto) {
  TWINLOOP_ASSERT(upto <= appended_);
  if (upto <= durable_) return;
  durable_ = upto;
  if (on_durable_) on_durable_();
}

void append_log::fail(std::string_view action, std::string_view path, errc error) {
  // A failed sync may have thrown away what it was to save, so trying again could succeed and still lose it. What is
  // durable stays so; everything else is left unacknowledged.
  busy_ = false;
  if (failed_) return;
  failed_ = true;
  pending_count_ = 0;
  if (rotation_ == rotation_step::ready) finish_rotation("the log has failed");
  if (on_failure_) on_failure_(file_trouble(action, path, error));
}

}  // namespace kv
