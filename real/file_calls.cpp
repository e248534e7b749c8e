// The file system calls behind file_request.
#include "real/file_calls.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <memory>

#include "real/errors.hpp"

namespace twinloop::real {
namespace {

using outcome = result<std::int64_t>;

outcome failed(int system_error) { return unexpected(error_of(system_error)); }
outcome done_or_errno(int returned) { return returned == 0 ? outcome(0) : failed(errno); }

/// A path as the system wants it: with a NUL at its end and none before.
class system_path {
 public:
  explicit system_path(std::string_view path) {
    if (path.size() >= sizeof text_) {
      error_ = errc::name_too_long;
    } else if (path.find('\0') != std::string_view::npos) {
      error_ = errc::invalid_argument;  // the system would silently use the part before it
    } else {
      std::copy(path.begin(), path.end(), text_);
      text_[path.size()] = '\0';
    }
  }
  errc error() const { return error_; }
  const char* text() const { return text_; }

 private:
  char text_[PATH_MAX];
  errc error_ = errc::ok;
};

/// Repeats a call that a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
  for (;;) {
    const auto returned = call();
    if (returned != -1 || errno != EINTR) return returned;
  }
}

int open_flags(std::uint32_t flags) {
  int made = O_CLOEXEC | O_NOCTTY;
  switch (flags & open_read_write) {
    case open_read:
      made |= O_RDONLY;
      break;
    case open_write:
      made |= O_WRONLY;
      break;
    default:
      made |= O_RDWR;
  }
  if ((flags & open_create) != 0) made |= O_CREAT;
  if ((flags & open_exclusive) != 0) made |= O_EXCL;
  if ((flags & open_truncate) != 0) made |= O_TRUNC;
  if ((flags & open_append) != 0) made |= O_APPEND;
  return made;
}

outcome open_file(const file_request& request, const char* path, descriptor_table& table) {
  if ((request.flags & open_read_write) == 0) return unexpected(errc::invalid_argument);
  const int fd = uninterrupted([&] { return open(path, open_flags(request.flags), request.mode & 07777); });
  if (fd < 0) return failed(errno);
  const result<handle_id> handle = table.insert(fd, descriptor_kind::file);
  if (!handle) return unexpected(handle.error());
  return static_cast<std::int64_t>(*handle);
}

outcome transferred(ssize_t count) { return count < 0 ? failed(errno) : outcome(count); }

/// off_t has a sign: what does not fit is no place in a file.
bool fits_offset(std::uint64_t offset) { return offset <= static_cast<std::uint64_t>(INT64_MAX); }

file_type type_of(mode_t mode) {
  return S_ISREG(mode) ? file_type::regular : S_ISDIR(mode) ? file_type::directory : file_type::other;
}

outcome report_status(int returned, const struct stat& from, file_status* out) {
  if (returned != 0) return failed(errno);
  if (out == nullptr) return 0;
  out->type = type_of(from.st_mode);
  out->size = static_cast<std::uint64_t>(from.st_size);
  out->mode = from.st_mode & 07777;
  out->identity = from.st_ino;
  out->modified =
      wall_time(duration(std::int64_t{from.st_mtim.tv_sec} * 1'000'000'000 + std::int64_t{from.st_mtim.tv_nsec}));
  return 0;
}

/// Some file systems leave the type out of their directories.
file_type entry_type(DIR* directory, const dirent& entry) {
  if (entry.d_type == DT_REG) return file_type::regular;
  if (entry.d_type == DT_DIR) return file_type::directory;
  struct stat status {};
  if (entry.d_type != DT_UNKNOWN) return file_type::other;
  if (fstatat(dirfd(directory), entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return file_type::other;
  return type_of(status.st_mode);
}

outcome list_directory(const char* path, std::vector<directory_entry>* out) {
  if (out == nullptr) return unexpected(errc::invalid_argument);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path), closedir);
  if (directory == nullptr) return failed(errno);
  out->clear();
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(directory.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") out->push_back({std::string(name), entry_type(directory.get(), *entry)});
  }
  if (errno != 0) return failed(errno);
  std::sort(out->begin(), out->end(), [](const auto& left, const auto& right) { return left.name < right.name; });
  return 0;
}

outcome sync_directory(const char* path) {
  const int fd = uninterrupted([&] { return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (fd < 0) return failed(errno);
  const outcome synced = done_or_errno(fsync(fd));
  close(fd);
  return synced;
}

outcome remove_directory(const char* path) {
  if (rmdir(path) == 0) return 0;
  // POSIX lets rmdir say EEXIST for a directory that has entries.
  return errno == EEXIST ? outcome(unexpected(errc::directory_not_empty)) : failed(errno);
}

outcome rename_path(const char* from, std::string_view to) {
  const system_path target(to);
  if (target.error() != errc::ok) return unexpected(target.error());
  return done_or_errno(std::rename(from, target.text()));
}

outcome path_call(const file_request& request, descriptor_table& table) {
  const system_path path(request.path);
  if (path.error() != errc::ok) return unexpected(path.error());
  struct stat status {};
  switch (request.call) {
    case file_call::open:
      return open_file(request, path.text(), table);
    case file_call::status:
      return report_status(stat(path.text(), &status), status, request.status_out);
    case file_call::rename:
      return rename_path(path.text(), request.second_path);
    case file_call::unlink:
      return done_or_errno(unlink(path.text()));
    case file_call::make_directory:
      return done_or_errno(mkdir(path.text(), request.mode & 07777));
    case file_call::remove_directory:
      return remove_directory(path.text());
    case file_call::list:
      return list_directory(path.text(), request.list_out);
    case file_call::sync_directory:
      return sync_directory(path.text());
    default:
      return unexpected(errc::invalid_argument);
  }
}

outcome handle_call(const file_request& request, int fd) {
  const auto offset = static_cast<off_t>(request.offset);
  struct stat status {};
  switch (request.call) {
    case file_call::read_at:
      return transferred(
          uninterrupted([&] { return pread(fd, request.read_buffer.data(), request.read_buffer.size(), offset); }));
    case file_call::write_at:
      return transferred(
          uninterrupted([&] { return pwrite(fd, request.write_bytes.data(), request.write_bytes.size(), offset); }));
    case file_call::sync:
      return done_or_errno((request.flags & sync_metadata) != 0 ? fsync(fd) : fdatasync(fd));
    case file_call::status:
      return report_status(fstat(fd, &status), status, request.status_out);
    case file_call::truncate:
      return done_or_errno(uninterrupted([&] { return ftruncate(fd, offset); }));
    default:
      return unexpected(errc::invalid_argument);
  }
}

}  // namespace

bool needs_handle(const file_request& request) {
  switch (request.call) {
    case file_call::read_at:
    case file_call::write_at:
    case file_call::sync:
    case file_call::close:
    case file_call::truncate:
      return true;
    case file_call::status:
      return request.handle != handle_id::none;
    default:
      return false;
  }
}

result<std::int64_t> perform_file_call(const file_request& request, int fd, descriptor_table& table) {
  if (!needs_handle(request)) return path_call(request, table);
  TWINLOOP_ASSERT(fd >= 0);
  if (!fits_offset(request.offset)) return unexpected(errc::invalid_argument);
  return handle_call(request, fd);
}

result<std::int64_t> perform_blocking(const file_request& request, descriptor_table& table) {
  if (!needs_handle(request)) return path_call(request, table);
  if (request.call == file_call::close) {
    descriptor* file = table.pin(request.handle, descriptor_kind::file);
    if (file == nullptr) return unexpected(errc::bad_handle);
    const bool mine = table.begin_close(request.handle);
    if (mine) table.end_close(request.handle);
    table.unpin(*file);
    if (!mine) return unexpected(errc::bad_handle);
    return 0;
  }
  descriptor* file = table.pin(request.handle, descriptor_kind::file);
  if (file == nullptr) return unexpected(errc::bad_handle);
  const result<std::int64_t> performed = perform_file_call(request, file->fd, table);
  table.unpin(*file);
  return performed;
}

result<std::int64_t> read_without_waiting(const file_request& request, int fd) {
  const iovec target{request.read_buffer.data(), request.read_buffer.size()};
  const ssize_t count = preadv2(fd, &target, 1, static_cast<off_t>(request.offset), RWF_NOWAIT);
  if (count >= 0) {
    // A short count is the end of the file, or of what is cached. The pool finds out which.
    if (count != 0 && static_cast<std::size_t>(count) < request.read_buffer.size()) {
      return unexpected(errc::would_block);
    }
    return count;
  }
  if (errno == EAGAIN || errno == EINTR) return unexpected(errc::would_block);
  if (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL) return unexpected(errc::not_supported);
  return failed(errno);
}

}  // namespace twinloop::real
