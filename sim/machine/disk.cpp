#include "sim/machine/disk.hpp"

#include <algorithm>
#include <cstring>

namespace twinloop::sim {
namespace {
constexpr std::size_t name_limit = 255;
constexpr std::size_t path_limit = 4095;
constexpr std::uint64_t size_limit = std::uint64_t{1} << 40;
}  // namespace

void disk::clear() {
  if (root_ == nullptr || next_number_ != 2) {  // else nothing was ever made in it: hosts are many and disks few
    root_ = std::make_shared<inode>();
    root_->number = 1;
    root_->type = file_type::directory;
    root_->mode = 0755;
  }
  journal_.clear();
  next_number_ = 2;
  bytes_used_ = 0;
  byte_limit = UINT64_MAX;
  read_only = false;
}

std::shared_ptr<inode> disk::make_inode(file_type type, std::uint32_t mode, std::int64_t now) {
  auto made = std::make_shared<inode>();
  made->number = next_number_++;
  made->type = type;
  made->mode = mode & 07777;
  made->modified = now;
  return made;
}

/// Resolves `path` from the root (the working directory of every process); "." and ".." work, links do not exist.
result<disk::place> disk::walk(std::string_view path) const {
  if (path.empty()) return unexpected(errc::not_found);
  if (path.size() > path_limit) return unexpected(errc::name_too_long);
  if (path.find('\0') != std::string_view::npos) return unexpected(errc::invalid_argument);
  std::vector<std::shared_ptr<inode>> trail{root_};
  place at{root_, "", root_};
  const bool wants_directory = path.back() == '/';
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    if (part.empty()) continue;
    if (!at.found) return unexpected(errc::not_found);
    if (at.found->type != file_type::directory) return unexpected(errc::not_a_directory);
    if (part.size() > name_limit) return unexpected(errc::name_too_long);
    if (part == ".") continue;
    if (part == "..") {
      if (trail.size() > 1) trail.pop_back();
      at = {trail.back(), "", trail.back()};
      continue;
    }
    const std::shared_ptr<inode> directory = at.found;
    const auto entry = directory->entries.find(part);
    at = {directory, std::string(part), entry == directory->entries.end() ? nullptr : entry->second};
    if (at.found && at.found->type == file_type::directory) trail.push_back(at.found);
  }
  if (wants_directory && at.found && at.found->type != file_type::directory) return unexpected(errc::not_a_directory);
  return at;
}

result<std::shared_ptr<inode>> disk::find(std::string_view path) const {
  auto at = walk(path);
  if (!at) return unexpected(at.error());
  if (!at->found) return unexpected(errc::not_found);
  return at->found;
}

void name_change::apply(inode::entry_map inode::*where) const {
  if (from_directory) (from_directory.get()->*where).erase(from_name);
  if (now) {
    (directory.get()->*where)[name] = now;
  } else {
    (directory.get()->*where).erase(name);
  }
}

void disk::change_names(name_change change) {
  change.apply(&inode::entries);
  journal_.push_back(std::move(change));
}

result<std::shared_ptr<inode>> disk::open(std::string_view path, std::uint32_t flags, std::uint32_t mode,
                                          std::int64_t now) {
  auto at = walk(path);
  if (!at) return unexpected(at.error());
  const bool writes = (flags & open_write) != 0;
  if (at->found) {
    if ((flags & open_create) != 0 && (flags & open_exclusive) != 0) return unexpected(errc::already_exists);
    if (at->found->type == file_type::directory && writes) return unexpected(errc::is_a_directory);
    if (writes && read_only) return unexpected(errc::read_only);
    if ((flags & open_truncate) != 0 && writes) {
      if (auto done = truncate(*at->found, 0, now); !done) return unexpected(done.error());
    }
    return at->found;
  }
  if ((flags & open_create) == 0) return unexpected(errc::not_found);
  if (read_only) return unexpected(errc::read_only);
  if (path.back() == '/') return unexpected(errc::is_a_directory);
  auto made = make_inode(file_type::regular, mode, now);
  change_names({at->directory, at->name, made, nullptr, {}});
  return made;
}

result<std::size_t> disk::read(const inode& file, std::span<std::byte> buffer, std::uint64_t offset) const {
  if (file.type == file_type::directory) return unexpected(errc::is_a_directory);
  if (offset >= file.cached.size()) return std::size_t{0};
  const std::size_t count = std::min<std::size_t>(buffer.size(), file.cached.size() - offset);
  std::memcpy(buffer.data(), file.cached.data() + offset, count);
  return count;
}

std::uint64_t disk::room() const {
  const std::uint64_t used = bytes_used_ > 0 ? static_cast<std::uint64_t>(bytes_used_) : 0;
  return byte_limit - std::min(used, byte_limit);
}

void disk::resize(inode& file, std::size_t size) {
  bytes_used_ += static_cast<std::int64_t>(size) - static_cast<std::int64_t>(file.cached.size());
  file.dirty.erase(file.dirty.lower_bound((size + inode::page_bytes - 1) / inode::page_bytes), file.dirty.end());
  file.cached.resize(size);
}

result<std::size_t> disk::write(inode& file, std::span<const std::byte> bytes, std::uint64_t offset, std::int64_t now) {
  if (read_only) return unexpected(errc::read_only);
  if (bytes.empty()) return std::size_t{0};
  if (offset > size_limit || bytes.size() > size_limit - offset) return unexpected(errc::file_too_large);
  const std::size_t old_size = file.cached.size();
  std::size_t end = static_cast<std::size_t>(offset) + bytes.size();
  if (end > old_size && end - old_size > room()) {
    if (old_size + room() <= offset) return unexpected(errc::no_space);
    end = static_cast<std::size_t>(old_size + room());  // what fits is written, as on Linux
    bytes = bytes.first(end - static_cast<std::size_t>(offset));
  }
  if (end > old_size) resize(file, end);
  std::memcpy(file.cached.data() + offset, bytes.data(), bytes.size());
  for (std::size_t page = offset / inode::page_bytes; page <= (end - 1) / inode::page_bytes; ++page) {
    file.dirty.insert(page);
  }
  file.modified = now;
  return bytes.size();
}

result<void> disk::truncate(inode& file, std::uint64_t size, std::int64_t now) {
  if (read_only) return unexpected(errc::read_only);
  if (file.type == file_type::directory) return unexpected(errc::is_a_directory);
  if (size > size_limit) return unexpected(errc::file_too_large);
  if (size > file.cached.size() && size - file.cached.size() > room()) return unexpected(errc::no_space);
  if (size != file.cached.size()) file.truncations.push_back(static_cast<std::size_t>(size));
  resize(file, static_cast<std::size_t>(size));
  file.modified = now;
  return {};
}

void disk::sync(inode& file) {
  if (file.type == file_type::directory) return;
  // One after the other: what was cut off and then extended again reads as zeros.
  for (const std::size_t size : file.truncations) file.durable.resize(size);
  file.durable.resize(file.cached.size());
  for (const std::size_t page : file.dirty) {
    const std::size_t from = page * inode::page_bytes;
    const std::size_t to = std::min(from + inode::page_bytes, file.cached.size());
    if (from < to) std::memcpy(file.durable.data() + from, file.cached.data() + from, to - from);
  }
  file.truncations.clear();
  file.dirty.clear();
}

file_status disk::status(const inode& file) const {
  return {file.type, file.cached.size(), file.mode, file.number, wall_time(duration(file.modified))};
}

result<file_status> disk::status(std::string_view path) const {
  auto found = find(path);
  if (!found) return unexpected(found.error());
  return status(**found);
}

namespace {
/// Whether `wanted` is `tree` or a directory below it.
bool contains(const inode& tree, const inode& wanted) {
  if (&tree == &wanted) return true;
  return std::any_of(tree.entries.begin(), tree.entries.end(),
                     [&](const auto& entry) { return contains(*entry.second, wanted); });
}
}  // namespace

result<void> disk::rename(std::string_view from, std::string_view to) {
  auto source = walk(from);
  if (!source) return unexpected(source.error());
  auto target = walk(to);
  if (!target) return unexpected(target.error());
  if (!source->found) return unexpected(errc::not_found);
  if (read_only) return unexpected(errc::read_only);
  if (source->name.empty() || target->name.empty()) return unexpected(errc::busy);  // the root itself
  if (target->found == source->found) return {};
  if (contains(*source->found, *target->directory)) return unexpected(errc::invalid_argument);
  const bool moves_directory = source->found->type == file_type::directory;
  if (target->found) {
    const bool onto_directory = target->found->type == file_type::directory;
    if (moves_directory && !onto_directory) return unexpected(errc::not_a_directory);
    if (!moves_directory && onto_directory) return unexpected(errc::is_a_directory);
    if (onto_directory && !target->found->entries.empty()) return unexpected(errc::directory_not_empty);
    bytes_used_ -= static_cast<std::int64_t>(target->found->cached.size());
  }
  change_names({target->directory, target->name, source->found, source->directory, source->name});
  return {};
}

result<void> disk::unlink(std::string_view path) {
  auto at = walk(path);
  if (!at) return unexpected(at.error());
  if (!at->found) return unexpected(errc::not_found);
  if (at->found->type == file_type::directory) return unexpected(errc::is_a_directory);
  if (read_only) return unexpected(errc::read_only);
  bytes_used_ -= static_cast<std::int64_t>(at->found->cached.size());
  change_names({at->directory, at->name, nullptr, nullptr, {}});
  return {};
}

result<void> disk::make_directory(std::string_view path, std::uint32_t mode, std::int64_t now) {
  auto at = walk(path);
  if (!at) return unexpected(at.error());
  if (at->found) return unexpected(errc::already_exists);
  if (read_only) return unexpected(errc::read_only);
  change_names({at->directory, at->name, make_inode(file_type::directory, mode, now), nullptr, {}});
  return {};
}

result<void> disk::remove_directory(std::string_view path) {
  auto at = walk(path);
  if (!at) return unexpected(at.error());
  if (!at->found) return unexpected(errc::not_found);
  if (at->found->type != file_type::directory) return unexpected(errc::not_a_directory);
  if (!at->found->entries.empty()) return unexpected(errc::directory_not_empty);
  if (at->name.empty()) return unexpected(errc::busy);
  if (read_only) return unexpected(errc::read_only);
  change_names({at->directory, at->name, nullptr, nullptr, {}});
  return {};
}

result<void> disk::sync_directory(std::string_view path) {
  auto found = find(path);
  if (!found) return unexpected(found.error());
  const inode& directory = **found;
  if (directory.type != file_type::directory) return unexpected(errc::not_a_directory);
  // Everything up to the last rename between directories that its changes follow becomes durable with them.
  std::size_t whole = journal_.size();
  while (whole > 0 && !journal_[whole - 1].concerns(directory)) --whole;
  while (whole > 0 && !journal_[whole - 1].crosses_directories()) --whole;
  std::vector<name_change> left;
  for (std::size_t i = 0; i < journal_.size(); ++i) {
    if (i < whole || journal_[i].concerns(directory)) {
      journal_[i].apply(&inode::durable_entries);
    } else {
      left.push_back(std::move(journal_[i]));
    }
  }
  journal_ = std::move(left);
  return {};
}

result<std::vector<directory_entry>> disk::list(std::string_view path) const {
  auto found = find(path);
  if (!found) return unexpected(found.error());
  if ((*found)->type != file_type::directory) return unexpected(errc::not_a_directory);
  std::vector<directory_entry> entries;
  for (const auto& [name, node] : (*found)->entries) entries.push_back({name, node->type});
  return entries;
}

void disk::settle() {
  std::vector<inode*> open{root_.get()};
  while (!open.empty()) {
    inode* node = open.back();
    open.pop_back();
    sync(*node);
    node->durable_entries = node->entries;
    for (auto& [name, child] : node->entries) open.push_back(child.get());
  }
  journal_.clear();
}

std::vector<std::string> disk::files() const {
  std::vector<std::string> found;
  std::vector<std::pair<std::string, const inode*>> open{{"", root_.get()}};
  while (!open.empty()) {
    auto [path, node] = open.back();
    open.pop_back();
    for (const auto& [name, child] : node->entries) {
      if (child->type == file_type::directory) {
        open.emplace_back(path + "/" + name, child.get());
      } else {
        found.push_back(path + "/" + name);
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace twinloop::sim
