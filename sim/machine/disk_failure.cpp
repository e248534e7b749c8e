// What a power failure leaves of a simulated disk.
#include <algorithm>

#include "sim/machine/disk.hpp"

namespace twinloop::sim {

/// Each dirty page is kept, lost (the durable bytes come back) or torn (its first half is kept). Pages without a place
/// on the disk as long as a lost truncation is not there are lost with it: the truncation freed the old place, or made
/// the file long enough. The others are written where they were: at their old size, with zeros after what is cached.
void disk::lose(inode& file, std::string_view path, const loss_question& ask) {
  std::vector<std::byte> kept = file.durable;
  const std::size_t count = file.truncations.size();
  const std::size_t lost = count == 0 ? 0 : ask(path, static_cast<std::uint32_t>(count) + 1);
  for (std::size_t i = 0; i < count - lost; ++i) kept.resize(file.truncations[i]);
  const std::size_t size_max = lost == 0 ? file.cached.size() : kept.size();
  std::size_t placed = size_max;
  for (std::size_t i = count - lost; i < count; ++i) placed = std::min(placed, file.truncations[i]);
  for (const std::size_t page : file.dirty) {
    const std::size_t from = page * inode::page_bytes;
    if (from >= placed) break;
    const std::uint32_t fate = ask(path, 3);
    if (fate == 1) continue;
    std::size_t to = std::min(from + inode::page_bytes, size_max);
    if (fate == 2) to = from + (to - from) / 2;
    if (kept.size() < to) kept.resize(to);
    const std::size_t cached = std::min(to, file.cached.size());
    std::copy(file.cached.data() + from, file.cached.data() + cached, kept.data() + from);
    std::fill(kept.data() + cached, kept.data() + to, std::byte{0});
  }
  file.cached = kept;
  file.durable = std::move(kept);
  file.truncations.clear();
  file.dirty.clear();
}

/// Keeps renames between directories up to some point, and everything before the last that is kept. Result: the changes
/// after it, up to the first rename that is lost.
std::span<const name_change> disk::fail_renames(const loss_question& ask) {
  std::vector<std::size_t> crossing;
  for (std::size_t i = 0; i < journal_.size(); ++i) {
    if (journal_[i].crosses_directories()) crossing.push_back(i);
  }
  if (crossing.empty()) return journal_;
  const std::size_t kept = crossing.size() - ask("/", static_cast<std::uint32_t>(crossing.size()) + 1);
  const std::size_t begin = kept == 0 ? 0 : crossing[kept - 1] + 1;
  const std::size_t end = kept == crossing.size() ? journal_.size() : crossing[kept];
  for (std::size_t i = 0; i < begin; ++i) journal_[i].apply(&inode::durable_entries);
  return std::span(journal_).subspan(begin, end - begin);
}

void disk::fail_tree(inode& directory, const std::string& path, std::span<const name_change> undecided,
                     const loss_question& ask) {
  std::vector<const name_change*> own;
  for (const name_change& each : undecided) {
    if (each.concerns(directory)) own.push_back(&each);
  }
  if (!own.empty()) own.resize(own.size() - ask(path.empty() ? "/" : path, static_cast<std::uint32_t>(own.size()) + 1));
  for (const name_change* each : own) each->apply(&inode::durable_entries);
  directory.entries = directory.durable_entries;
  for (auto& [name, node] : directory.entries) {
    const std::string full = path + "/" + name;
    if (node->type == file_type::directory) {
      fail_tree(*node, full, undecided, ask);
    } else if (!node->dirty.empty() || !node->truncations.empty()) {
      lose(*node, full, ask);
    }
  }
}

void disk::power_failure(const loss_question& ask) {
  fail_tree(*root_, "", fail_renames(ask), ask);
  journal_.clear();
  bytes_used_ = 0;
  std::vector<inode*> open{root_.get()};
  while (!open.empty()) {
    inode* node = open.back();
    open.pop_back();
    bytes_used_ += static_cast<std::int64_t>(node->cached.size());
    for (auto& [name, child] : node->entries) open.push_back(child.get());
  }
}

}  // namespace twinloop::sim
