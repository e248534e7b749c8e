// Files without blocking the loop, and the path calls of a file system.
//
//   file log(loop, "log");
//   log.open("data/kv.log", open_read_write | open_create, 0644, [&](errc error) { ... });
//   log.write_at(bytes, offset, [](errc error, std::size_t written) { ... });
//
// Every call goes through the kernel's pool (or is answered from the page cache). Order: NONE between calls in flight,
// also not between two writes to one file; wait for the first before starting the second where order matters.
// Ownership: spans and paths must live until the callback (paths are copied by these classes).
// Errors: those of file_request, by call. Callbacks never run inside the call.
// In simulation: an inode file system with a page cache over durable state; what was not synced may be lost in a crash.
#ifndef TWINLOOP_FILE_HPP
#define TWINLOOP_FILE_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "twinloop/function.hpp"
#include "twinloop/loop.hpp"

namespace twinloop {

/// Callback of calls that only succeed or fail.
using done_callback = unique_function<void(errc)>;
/// Callback of transfers: bytes moved, which may be fewer than asked for (0 at the end of a file).
using transfer_callback = unique_function<void(errc, std::size_t)>;
using status_callback = unique_function<void(result<file_status>)>;
using list_callback = unique_function<void(result<std::vector<directory_entry>>)>;

struct file_call_record;  // one call in flight; pooled by whoever starts it

/// What starts file calls and owns their records while they are in flight.
class file_caller : public handle {
 protected:
  file_caller(class loop& owner, const char* type, label name, where made);
  ~file_caller();  ///< with a call in the kernel's hands: a broken contract, except while unwinding or in ~loop
  file_call_record& record();
  void start(file_call_record& call, where made);
  void detach_calls();
  friend struct file_call_record;
  std::vector<file_call_record*> all_;
  std::vector<file_call_record*> free_;
};

class file : public file_caller {
 public:
  explicit file(class loop& owner, label name = "file", where made = where::here());
  /// An open file is closed, without a callback.
  ~file();

  bool is_open() const { return handle_ != handle_id::none; }
  handle_id id() const { return handle_; }

  void open(std::string_view path, std::uint32_t flags, std::uint32_t mode, done_callback done,
            where made = where::here());
  void read_at(std::span<std::byte> buffer, std::uint64_t offset, transfer_callback done, where made = where::here());
  void write_at(std::span<const std::byte> bytes, std::uint64_t offset, transfer_callback done,
                where made = where::here());
  void sync(done_callback done, where made = where::here());
  void truncate(std::uint64_t size, done_callback done, where made = where::here());
  void status(status_callback done, where made = where::here());
  /// After all calls in flight; the file can be opened again afterwards.
  void close(done_callback done, where made = where::here());

 private:
  friend struct file_call_record;
  file_call_record& handle_call(file_call what);
  void adopt(handle_id opened);
  handle_id handle_ = handle_id::none;
};

/// Calls on paths.
class file_system : public file_caller {
 public:
  explicit file_system(class loop& owner, label name = "file_system", where made = where::here());

  void status(std::string_view path, status_callback done, where made = where::here());
  void rename(std::string_view from, std::string_view to, done_callback done, where made = where::here());
  void unlink(std::string_view path, done_callback done, where made = where::here());
  void make_directory(std::string_view path, std::uint32_t mode, done_callback done, where made = where::here());
  void remove_directory(std::string_view path, done_callback done, where made = where::here());
  void sync_directory(std::string_view path, done_callback done, where made = where::here());
  void list(std::string_view path, list_callback done, where made = where::here());

 private:
  file_call_record& path_call(file_call what, std::string_view path, std::string_view second_path = {});
};

}  // namespace twinloop

#endif
