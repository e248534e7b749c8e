// From one segment to the next. The new file and its name are durable before anything in it is acknowledged, and the
// change comes between two batches, so that each batch stands in one file.
#include "scenarios/kv/append_log.hpp"
#include "twinloop/assert.hpp"

namespace kv {

using twinloop::errc;

void append_log::rotate(twinloop::unique_function<void(std::string)> rotated) {
  TWINLOOP_ASSERT(!rotating());
  TWINLOOP_ASSERT(!standby().is_open());
  rotated_ = std::move(rotated);
  rotation_ = rotation_step::opening;
  // Nothing of value can stand under the next number: it has never been used, unless by a rotation that failed.
  constexpr std::uint32_t flags = twinloop::open_read_write | twinloop::open_create | twinloop::open_truncate;
  standby().open(next_path(), flags, 0644, [this](errc error) { segment_opened(error); });
}

void append_log::segment_opened(errc error) {
  if (error != errc::ok) return finish_rotation(file_trouble("create", next_path(), error));
  if (settings_->broken.segment_not_durable) return segment_ready();
  rotation_ = rotation_step::syncing_name;
  directory_.sync_directory(settings_->directory, [this](errc synced) {
    if (synced == errc::ok) return segment_ready();
    closing_ = true;
    standby().close([this, synced](errc) {
      closing_ = false;
      finish_rotation(file_trouble("sync", settings_->directory, synced));
    });
  });
}

void append_log::segment_ready() {
  rotation_ = rotation_step::ready;
  if (failed_) return finish_rotation("the log has failed");
  if (!busy_) {
    change_over();
  } else if (settings_->broken.snapshot_forgets_tail) {
    // The batch under way will still go to the old segment; whoever reads that now may miss it.
    rotated_at_ = batch_end_;
    std::exchange(rotated_, nullptr)({});
  }
}

void append_log::change_over() {
  TWINLOOP_ASSERT(!busy_);
  active_ = 1 - active_;
  ++segment_;
  position_ = 0;
  path_ = segment_path(settings_->directory, segment_);
  rotated_at_ = appended_ - pending_count_;
  closing_ = true;
  standby().close([this](errc) { closing_ = false; });
  finish_rotation({});
}

void append_log::finish_rotation(std::string trouble) {
  rotation_ = rotation_step::none;
  // The callback may start the next rotation, so it is not ours any more when it runs.
  if (auto rotated = std::exchange(rotated_, nullptr)) rotated(std::move(trouble));
}

}  // namespace kv
