// Directories for tests, and disks of their own that can be small or read-only.
#ifndef TWINLOOP_TESTS_SYSTEM_SCRATCH_HPP
#define TWINLOOP_TESTS_SYSTEM_SCRATCH_HPP

#include <cstddef>
#include <string>
#include <vector>

namespace system_test {

/// A fresh directory, removed at the end.
class scratch_directory {
 public:
  scratch_directory();
  ~scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A file system in memory, mounted for this process and its children only.
class private_disk {
 public:
  /// `usable()` is false where mounting is not permitted.
  explicit private_disk(std::size_t bytes);
  ~private_disk();
  bool usable() const { return mounted_; }
  const std::string& path() const { return directory_.path(); }
  void make_read_only();

 private:
  scratch_directory directory_;
  bool mounted_ = false;
};

/// The command line of a kv server on a free port of loopback.
std::vector<std::string> kv_server(const std::string& directory, std::vector<std::string> more = {});

}  // namespace system_test

#endif
