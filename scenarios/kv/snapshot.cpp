// The order of the last steps is what makes it safe: bytes synced, then the name, then the name synced, and only then
// does the old log go.
#include "scenarios/kv/snapshot.hpp"

#include <fmt/core.h>

#include "scenarios/kv/data_files.hpp"
#include "scenarios/kv/recovery.hpp"
#include "twinloop/assert.hpp"

namespace kv {
namespace {

using twinloop::blocking_files;
using twinloop::handle_id;

constexpr std::size_t frame_target_bytes = 256 * 1024;

/// Collects changes into frames and writes them one behind the other.
class snapshot_writer {
 public:
  snapshot_writer(blocking_files& files, handle_id file) : files_(&files), file_(file), frame_(begin_frame()) {}

  twinloop::result<void> add(const change& made) {
    encode(made, frame_);
    ++count_;
    if (frame_.size() < frame_target_bytes) return {};
    return flush(frame_type::changes, 0);
  }
  twinloop::result<void> finish(std::uint64_t end_sequence) {
    if (count_ > 0) {
      if (auto written = flush(frame_type::changes, 0); !written) return written;
    }
    return flush(frame_type::snapshot_end, end_sequence);
  }

 private:
  twinloop::result<void> flush(frame_type type, std::uint64_t sequence) {
    seal_frame(frame_, type, sequence, count_, position_);
    auto written = files_->write_all(file_, std::as_bytes(std::span(frame_)), position_);
    position_ += frame_.size();
    frame_.assign(frame_header_bytes, '\0');
    count_ = 0;
    return written;
  }

  blocking_files* files_;
  handle_id file_;
  std::string frame_;
  std::uint32_t count_ = 0;
  std::uint64_t position_ = 0;
};

twinloop::result<void> write_entries(snapshot_writer& writer, const store& data, std::uint64_t end_sequence) {
  for (const auto& [key, entry] : data.all()) {
    if (auto added = writer.add({change_kind::set, key, entry.value, entry.expires}); !added) return added;
  }
  return writer.finish(end_sequence);
}

/// Removes what the new snapshot replaces. What cannot be removed now, the next recovery removes.
void remove_old(blocking_files& files, const snapshot_plan& plan) {
  if (plan.old_snapshot != 0) (void)files.unlink(snapshot_path(plan.directory, plan.old_snapshot));
  for (std::uint64_t number = plan.first_segment; number <= plan.last_segment; ++number) {
    (void)files.unlink(segment_path(plan.directory, number));
  }
}

/// Gives the finished file its name, durably.
std::string publish(blocking_files& files, const snapshot_plan& plan, const std::string& temporary) {
  std::string path = snapshot_path(plan.directory, plan.last_segment + 1);
  if (auto renamed = files.rename(temporary, path); !renamed) return file_trouble("create", path, renamed.error());
  if (auto synced = files.sync_directory(plan.directory); !synced) {
    return file_trouble("sync", plan.directory, synced.error());
  }
  return {};
}

}  // namespace

std::string write_snapshot(blocking_files& files, const std::string& path, const store& data,
                           std::uint64_t end_sequence, bool sync) {
  constexpr std::uint32_t flags = twinloop::open_write | twinloop::open_create | twinloop::open_truncate;
  auto file = files.open(path, flags, 0644, "snapshot");
  if (!file) return file_trouble("create", path, file.error());
  snapshot_writer writer(files, *file);
  auto written = write_entries(writer, data, end_sequence);
  if (written && sync) written = files.sync(*file);
  auto closed = files.close(*file);
  if (!written) return file_trouble("write", path, written.error());
  if (!closed) return file_trouble("close", path, closed.error());
  return {};
}

std::string make_snapshot(twinloop::job& job, const snapshot_plan& plan) {
  loaded_data loaded;
  std::string trouble =
      load_data(job, plan.directory, plan.old_snapshot, plan.first_segment, plan.last_segment, loaded);
  if (!trouble.empty()) return trouble;
  bool whole = loaded.cut_segment == 0 && loaded.next_sequence == plan.end_sequence;
  if (!whole && !plan.broken.snapshot_forgets_tail) {
    return fmt::format("{} ends with change {}, not {}", segment_path(plan.directory, plan.last_segment),
                       loaded.next_sequence, plan.end_sequence);
  }
  std::string temporary = temporary_snapshot_path(plan.directory, plan.last_segment + 1);
  trouble = write_snapshot(job, temporary, loaded.data, plan.end_sequence, !plan.broken.snapshot_not_synced);
  if (trouble.empty()) trouble = publish(job, plan, temporary);
  if (!trouble.empty()) {
    (void)job.unlink(temporary);  // it may be what fills the disk
    return trouble;
  }
  remove_old(job, plan);
  return {};
}

}  // namespace kv
