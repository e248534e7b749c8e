// Mounts need a mount namespace of our own (root, or CAP_SYS_ADMIN): nobody else sees them, and they end with us.
#include "tests/system/scratch.hpp"

#include <sched.h>
#include <sys/mount.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace system_test {
namespace {

namespace fs = std::filesystem;

/// Makes this process's mounts its own. False where that is not permitted.
bool enter_own_mounts() {
  static const bool entered =
      unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  return entered;
}

}  // namespace

scratch_directory::scratch_directory() {
  std::string pattern = (fs::temp_directory_path() / "twinloop-system-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a directory like " + pattern);
  path_ = pattern;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

private_disk::private_disk(std::size_t bytes) {
  std::string data = "size=" + std::to_string(bytes);
  mounted_ = enter_own_mounts() && mount("tmpfs", path().c_str(), "tmpfs", 0, data.c_str()) == 0;
}

private_disk::~private_disk() {
  if (mounted_) umount2(path().c_str(), MNT_DETACH);
}

void private_disk::make_read_only() {
  if (mount(nullptr, path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
    throw std::runtime_error("cannot remount read-only");
  }
}

std::vector<std::string> kv_server(const std::string& directory, std::vector<std::string> more) {
  std::vector<std::string> words{KV_SERVER, "--port", "0", "--dir", directory};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace system_test
