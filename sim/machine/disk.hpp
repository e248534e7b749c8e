// A simulated disk: an inode file system with a page cache over durable state.
//
// Contents: writes change the cache; sync makes a file's pages durable; a power failure keeps or loses each dirty page.
// Sizes: truncations, also those that extend, are kept up to some point of their order. What a write appends has no
// entry of its own: it comes with its page.
// Names: changes stand in a journal until sync_directory makes those of its directory durable; a power failure keeps
// those of each directory up to some point of their order. A rename is one change. One between two directories stands
// or falls with everything before it, as in file systems that have one journal: else a file could be in neither of the
// two, and directories in each other.
#ifndef TWINLOOP_SIM_MACHINE_DISK_HPP
#define TWINLOOP_SIM_MACHINE_DISK_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "twinloop/op.hpp"
#include "twinloop/result.hpp"

namespace twinloop::sim {

struct inode {
  using entry_map = std::map<std::string, std::shared_ptr<inode>, std::less<>>;
  static constexpr std::size_t page_bytes = 4096;
  std::uint64_t number = 0;
  file_type type = file_type::regular;
  std::uint32_t mode = 0644;
  std::int64_t modified = 0;
  // files
  std::vector<std::byte> cached;
  std::vector<std::byte> durable;
  std::set<std::size_t> dirty;           // page numbers
  std::vector<std::size_t> truncations;  // the sizes set by truncate since the last sync, in order
  // directories
  entry_map entries;
  entry_map durable_entries;
};

/// One change of names: an entry made, replaced or removed, or a rename.
struct name_change {
  std::shared_ptr<inode> directory;
  std::string name;
  std::shared_ptr<inode> now;             // nullptr = removed
  std::shared_ptr<inode> from_directory;  // of a rename, else nullptr
  std::string from_name;
  bool concerns(const inode& which) const { return directory.get() == &which || from_directory.get() == &which; }
  bool crosses_directories() const { return from_directory && from_directory != directory; }
  /// `where` is entries or durable_entries.
  void apply(inode::entry_map inode::*where) const;
};

/// What a power failure does to one thing: asked by the disk, answered by choices. `what` names the file or directory.
/// Answers: pages 0 kept, 1 lost, 2 torn; truncations of a file, changes of a directory and (asked of "/") renames
/// between directories the number of those lost from the end.
using loss_question = std::function<std::uint32_t(std::string_view what, std::uint32_t n)>;

class disk {
 public:
  disk() { clear(); }
  void clear();

  result<std::shared_ptr<inode>> open(std::string_view path, std::uint32_t flags, std::uint32_t mode, std::int64_t now);
  result<std::size_t> read(const inode& file, std::span<std::byte> buffer, std::uint64_t offset) const;
  result<std::size_t> write(inode& file, std::span<const std::byte> bytes, std::uint64_t offset, std::int64_t now);
  result<void> truncate(inode& file, std::uint64_t size, std::int64_t now);
  void sync(inode& file);
  file_status status(const inode& file) const;
  result<file_status> status(std::string_view path) const;
  result<void> rename(std::string_view from, std::string_view to);
  result<void> unlink(std::string_view path);
  result<void> make_directory(std::string_view path, std::uint32_t mode, std::int64_t now);
  result<void> remove_directory(std::string_view path);
  result<void> sync_directory(std::string_view path);
  result<std::vector<directory_entry>> list(std::string_view path) const;

  void power_failure(const loss_question& ask);
  /// All of it is durable now.
  void settle();
  std::vector<std::string> files() const;

  std::uint64_t byte_limit = UINT64_MAX;
  bool read_only = false;

 private:
  struct place {
    std::shared_ptr<inode> directory;
    std::string name;
    std::shared_ptr<inode> found;  // nullptr if there is no such entry
  };
  result<place> walk(std::string_view path) const;
  result<std::shared_ptr<inode>> find(std::string_view path) const;
  void change_names(name_change change);
  void resize(inode& file, std::size_t size);
  void lose(inode& file, std::string_view path, const loss_question& ask);
  std::span<const name_change> fail_renames(const loss_question& ask);
  void fail_tree(inode& directory, const std::string& path, std::span<const name_change> undecided,
                 const loss_question& ask);
  std::shared_ptr<inode> make_inode(file_type type, std::uint32_t mode, std::int64_t now);

  std::shared_ptr<inode> root_;
  std::vector<name_change> journal_;  // of all directories, in order
  std::uint64_t next_number_ = 2;
  std::uint64_t room() const;
  std::int64_t bytes_used_ = 0;  // of files that have a name
};

}  // namespace twinloop::sim

#endif
