// Whole files: read at once, or replaced so that nobody ever sees half of one.
#include "sim/testing/file_io.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace twinloop::testing {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

/// What a person can do about it.
const char* advice(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space or write it elsewhere";
    case EACCES:
    case EPERM:
    case EROFS:
      return "write it to a directory that you may write to";
    case ENOENT:
    case ENOTDIR:
      return "make the directory first or write it elsewhere";
    case EISDIR:
      return "give the name of a file";
    default:
      return "write it elsewhere";
  }
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Where a link leads; a path that is no link, or that leads nowhere, as it is.
std::string followed(const std::string& path) {
  std::error_code broken;
  const std::filesystem::path real = std::filesystem::canonical(path, broken);
  return broken ? path : real.string();
}

/// Into what is there and no file: a terminal, a pipe, a device.
int write_into(const std::string& path, std::string_view content) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0) return errno;
  int error = write_all(descriptor, content) ? 0 : errno;
  if (::close(descriptor) != 0 && error == 0) error = errno;
  return error;
}

struct open_file {
  explicit open_file(int opened) : number(opened) {}
  ~open_file() {
    if (number >= 0) ::close(number);
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  const int number;
};

}  // namespace

std::optional<std::string> replace_file(const std::string& given, std::string_view content) {
  const std::string path = followed(given);
  const auto failed = [&](int error, const char* doing) {
    return fmt::format("cannot write {}: {} ({}); {}", given, reason(error), doing, advice(error));
  };
  struct stat there {};
  if (::stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode)) {
    const int error = write_into(path, content);
    return error == 0 ? std::nullopt : std::optional(failed(error, "writing into what is no file"));
  }
  const std::string temporary = fmt::format("{}.part-{}", path, ::getpid());
  const int descriptor = ::open(temporary.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (descriptor < 0) return failed(errno, "creating the file");
  int error = 0;
  const char* doing = "writing the bytes";
  if (!write_all(descriptor, content)) error = errno;
  if (error == 0 && ::fsync(descriptor) != 0) error = errno;
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) {
    error = errno;
    doing = "putting the finished file in its place";
  }
  if (error == 0) return std::nullopt;
  ::unlink(temporary.c_str());
  return failed(error, doing);
}

std::optional<std::string> read_whole_file(const std::string& path, std::string& error, std::size_t limit) {
  const auto failed = [&](const std::string& why) {
    error = fmt::format("cannot read {}: {}", path, why);
    return std::nullopt;
  };
  const open_file from(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (from.number < 0) return failed(reason(errno));
  struct stat status {};
  if (::fstat(from.number, &status) != 0) return failed(reason(errno));
  if (S_ISDIR(status.st_mode)) return failed(reason(EISDIR));
  // Devices have no end: /dev/zero would be read until memory is used up.
  if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) return failed("it is neither a regular file nor a pipe");
  const std::string too_large = fmt::format("it is larger than {} bytes, which is the most that is read", limit);
  if (S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) > limit) return failed(too_large);
  std::string content;
  char block[1 << 16];
  while (content.size() <= limit) {
    const ssize_t got = ::read(from.number, block, sizeof block);
    if (got == 0) return content;
    if (got < 0 && errno != EINTR) return failed(reason(errno));
    if (got > 0) content.append(block, static_cast<std::size_t>(got));
  }
  return failed(too_large);
}

}  // namespace twinloop::testing
