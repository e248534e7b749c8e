// Runs before the server answers anybody, on the loop's thread: there is nothing else to do meanwhile.
#include "scenarios/kv/recovery.hpp"

#include <fmt/core.h>

#include "twinloop/assert.hpp"

namespace kv {
namespace {

using twinloop::blocking_files;

/// Picks what to load: the newest snapshot and the segments from its number to the last. Empty, or what is missing.
std::string choose_files(const std::string& directory, const directory_contents& found, std::uint64_t& first) {
  first = found.snapshots.empty() ? 1 : found.snapshots.back();
  std::uint64_t expected = first;
  for (std::uint64_t number : found.segments) {
    if (number < first) continue;  // older than the snapshot: to be removed
    if (number != expected) break;
    ++expected;
  }
  bool any = !found.segments.empty() || !found.snapshots.empty();
  bool all = expected > first && expected == found.segments.back() + 1;
  if (!any || all) return {};
  return fmt::format("{} is missing: without it the data cannot be complete; restore it from a copy",
                     segment_path(directory, expected));
}

/// Makes one file durable as it stands; with `keep_bytes`, cut off behind them first.
std::string settle_segment(blocking_files& files, const std::string& path, const std::uint64_t* keep_bytes) {
  auto opened = files.open(path, twinloop::open_read_write | twinloop::open_create, 0644, "settle log");
  if (!opened) return file_trouble("open", path, opened.error());
  twinloop::result<void> done;
  if (keep_bytes != nullptr) done = files.truncate(*opened, *keep_bytes);
  if (done) done = files.sync(*opened);
  auto closed = files.close(*opened);
  if (!done) return file_trouble("repair", path, done.error());
  if (!closed) return file_trouble("close", path, closed.error());
  return {};
}

/// Removes what a newer snapshot has made superfluous, and snapshots that were never finished.
std::string remove_leftovers(blocking_files& files, const std::string& directory, const directory_contents& found,
                             std::uint64_t first) {
  std::vector<std::string> superfluous = found.leftovers;
  for (std::uint64_t number : found.segments) {
    if (number < first) superfluous.push_back(segment_path(directory, number));
  }
  for (std::uint64_t number : found.snapshots) {
    if (number < first) superfluous.push_back(snapshot_path(directory, number));
  }
  for (const std::string& path : superfluous) {
    if (auto gone = files.unlink(path); !gone) return file_trouble("remove", path, gone.error());
  }
  return {};
}

/// A crash of the process alone leaves what it wrote in the page cache, where a power failure still finds it. So
/// whatever recovery read is synced before anybody is told of it.
std::string settle(blocking_files& files, const options& settings, const loaded_data& loaded, std::uint64_t first,
                   std::uint64_t last) {
  for (std::uint64_t number = first; number <= last; ++number) {
    bool cut = loaded.cut_segment == number;
    if (!cut && settings.broken.recovery_trusts_cache) continue;
    std::string trouble =
        settle_segment(files, segment_path(settings.directory, number), cut ? &loaded.cut_at : nullptr);
    if (!trouble.empty()) return trouble;
  }
  if (auto synced = files.sync_directory(settings.directory); !synced) {
    return file_trouble("sync", settings.directory, synced.error());
  }
  return {};
}

/// Makes the first segment of an empty directory.
std::string make_first_segment(blocking_files& files, const options& settings, recovered& out) {
  std::string trouble = settle_segment(files, segment_path(settings.directory, 1), nullptr);
  if (!trouble.empty()) return trouble;
  if (auto synced = files.sync_directory(settings.directory); !synced) {
    return file_trouble("sync", settings.directory, synced.error());
  }
  out.segment = 1;
  return {};
}

}  // namespace

std::string recover(blocking_files& files, const options& settings, recovered& out) {
  auto found = list_data(files, settings.directory);
  if (!found) return file_trouble("read directory", settings.directory, found.error());
  std::uint64_t first = 1;
  if (std::string trouble = choose_files(settings.directory, *found, first); !trouble.empty()) return trouble;
  if (found->segments.empty()) return make_first_segment(files, settings, out);

  std::uint64_t last = found->segments.back();
  loaded_data loaded;
  out.snapshot = found->snapshots.empty() ? 0 : first;
  std::string trouble = load_data(files, settings.directory, out.snapshot, first, last, loaded);
  if (trouble.empty()) trouble = settle(files, settings, loaded, first, last);
  // Only now, that what replaces them is durable for certain.
  if (trouble.empty()) trouble = remove_leftovers(files, settings.directory, *found, first);
  if (!trouble.empty()) return trouble;
  if (loaded.cut_segment != 0) {
    out.notes.push_back(fmt::format("{}: cut off an unfinished write behind byte {}",
                                    segment_path(settings.directory, loaded.cut_segment), loaded.cut_at));
  }
  out.data = std::move(loaded.data);
  out.next_sequence = loaded.next_sequence;
  out.segment = last;
  out.segment_bytes = loaded.last_bytes;
  TWINLOOP_ASSERT(out.segment >= first);
  return {};
}

}  // namespace kv
