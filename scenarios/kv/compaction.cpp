// Rotation first, then the fold: from the moment the job reads them, nothing writes to the old segments.
#include "scenarios/kv/compaction.hpp"

#include "twinloop/assert.hpp"

namespace kv {

compaction::compaction(twinloop::loop& loop, const options& settings, append_log& log)
    : settings_(&settings), log_(&log), work_(loop, "compaction"), threshold_(settings.compact_at) {}

void compaction::begin(const recovered& from) {
  snapshot_ = from.snapshot;
  first_segment_ = from.snapshot == 0 ? 1 : from.snapshot;
}

void compaction::consider() {
  if (running_ || settings_->compact_at == 0 || log_->failed() || log_->rotating()) return;
  if (log_->segment_bytes() >= threshold_) start();
}

void compaction::start() {
  TWINLOOP_ASSERT(!running_);
  running_ = true;
  plan_ = {settings_->directory, snapshot_, first_segment_, log_->segment(), 0, settings_->broken};
  log_->rotate([this](std::string trouble) {
    if (!trouble.empty()) return finish(std::move(trouble));
    fold();
  });
}

void compaction::fold() {
  plan_.end_sequence = log_->rotated_at();
  work_.start([this](twinloop::job& job) { trouble_ = make_snapshot(job, plan_); },
              [this](twinloop::errc error) {
                if (error != twinloop::errc::ok) trouble_ = "it was cancelled";
                finish(std::exchange(trouble_, {}));
              });
}

void compaction::finish(std::string trouble) {
  running_ = false;
  if (trouble.empty()) {
    snapshot_ = first_segment_ = plan_.last_segment + 1;
    threshold_ = settings_->compact_at;
    ++completed_;
  } else {
    threshold_ = log_->segment_bytes() + settings_->compact_at;
    if (on_trouble_) on_trouble_("compaction: " + trouble);
  }
  if (on_end_) on_end_();
}

}  // namespace kv
