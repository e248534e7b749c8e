// The file of the `fread` workload: unlinked at once, written and read once so that it stands in the page cache.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "harness/arguments.hpp"
#include "harness/random.hpp"

namespace bench {

inline constexpr std::size_t block_size = 4096;

class read_file {
 public:
  explicit read_file(const arguments& given) {
    const std::size_t mebibytes = given.number("mib", 64);
    const char* fallback = std::getenv("TMPDIR") != nullptr ? std::getenv("TMPDIR") : "/tmp";
    std::string path = given.text("dir", fallback) + "/bench-read.XXXXXX";
    descriptor_ = mkostemp(path.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail("mkostemp");
    unlink(path.c_str());
    std::vector<char> bytes(1 << 20);
    for (std::size_t i = 0; i < mebibytes; ++i) {
      std::memset(bytes.data(), static_cast<int>(i), bytes.size());
      if (write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) fail("write");
    }
    for (std::size_t i = 0; i < mebibytes; ++i) {
      if (pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(i << 20)) < 0) fail("pread");
    }
    blocks_ = mebibytes * 256;
  }

  int descriptor() const { return descriptor_; }
  /// A path by which this process can open the unlinked file again.
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  std::uint64_t random_offset() { return random_.below(blocks_) * block_size; }

 private:
  int descriptor_ = -1;
  std::uint64_t blocks_ = 0;
  random_numbers random_{3};
};

}  // namespace bench
