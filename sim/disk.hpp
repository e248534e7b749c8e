// A simulated disk: an inode file system with a page cache over durable state.
//
// Contents: writes change the cache; sync makes a file's pages durable; a power failure keeps or loses each dirty page.
// Names: directory changes are a journal per directory; sync_directory makes them durable; a power failure keeps a
// prefix of what is left of each journal.
#ifndef TWINLOOP_SIM_DISK_HPP
#define TWINLOOP_SIM_DISK_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "twinloop/op.hpp"
#include "twinloop/result.hpp"

namespace twinloop::sim {

struct inode {
  static constexpr std::size_t page_bytes = 4096;
  std::uint64_t number = 0;
  file_type type = file_type::regular;
  std::uint32_t mode = 0644;
  std::int64_t modified = 0;
  // files
  std::vector<std::byte> cached;
  std::vector<std::byte> durable;
  std::set<std::size_t> dirty;  // page numbers
  bool size_dirty = false;
  // directories
  std::map<std::string, std::shared_ptr<inode>, std::less<>> entries;
  std::map<std::string, std::shared_ptr<inode>, std::less<>> durable_entries;
  struct change {
    std::string name;
    std::shared_ptr<inode> now;  // nullptr = removed
  };
  std::vector<change> journal;
};

/// What a power failure does to one thing: asked by the disk, answered by choices. `what` names the file or directory.
/// Answers: pages 0 kept, 1 lost, 2 torn; journals the number of changes lost from the end.
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
  void change_entry(inode& directory, const std::string& name, std::shared_ptr<inode> now);
  void resize(inode& file, std::size_t size);
  void lose(inode& file, std::string_view path, const loss_question& ask);
  void fail_tree(inode& directory, const std::string& path, const loss_question& ask, std::set<std::uint64_t>& seen);
  std::shared_ptr<inode> make_inode(file_type type, std::uint32_t mode, std::int64_t now);

  std::shared_ptr<inode> root_;
  std::uint64_t next_number_ = 2;
  std::uint64_t room() const;
  std::int64_t bytes_used_ = 0;  // of files that have a name
};

}  // namespace twinloop::sim

#endif
