// The reader of replay files on any text, and on any JSON document with the checksum put right. What it accepts,
// written again, is read as the same.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "sim/testing/replay_format.hpp"
#include "twinloop/testing.hpp"

namespace {

namespace testing = twinloop::testing;

/// A file without a name, for as long as it lives.
class memory_file {
 public:
  memory_file() : descriptor_(::memfd_create("replay", MFD_CLOEXEC)) {
    if (descriptor_ < 0) std::abort();
  }
  ~memory_file() { ::close(descriptor_); }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;
  std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }
  void fill(std::string_view text) {
    if (::ftruncate(descriptor_, 0) != 0) std::abort();
    if (::pwrite(descriptor_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) std::abort();
  }

 private:
  int descriptor_;
};

bool same(const testing::replay_file& a, const testing::replay_file& b) {
  const auto equal = [](const twinloop::sim::choice_record& x, const twinloop::sim::choice_record& y) {
    return x.kind == y.kind && x.label == y.label && x.option == y.option && x.occurrence == y.occurrence &&
           x.n == y.n && x.value == y.value;
  };
  return a.program == b.program && a.scenario == b.scenario && a.settings == b.settings && a.seed == b.seed &&
         a.run == b.run && a.data_seed == b.data_seed && a.broke.name == b.broke.name && a.hash == b.hash &&
         std::equal(a.choices.begin(), a.choices.end(), b.choices.begin(), b.choices.end(), equal);
}

void read(std::string_view text) {
  memory_file file;
  file.fill(text);
  std::string error;
  const auto read_once = testing::replay_file::load(file.path(), error);
  if (!read_once) {
    if (error.empty()) std::abort();  // a refusal says why
    return;
  }
  static const std::string again = fmt::format("/dev/shm/twinloop-replay-fuzz-{}", ::getpid());
  const auto trouble = read_once->save(again);
  if (trouble) return;  // text that is no UTF-8, or no room
  const auto read_twice = testing::replay_file::load(again, error);
  ::unlink(again.c_str());
  if (!read_twice || !same(*read_once, *read_twice)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read(text);
  nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
  if (!document.is_object()) return 0;
  document.erase("checksum");
  try {
    document["checksum"] = testing::replay_checksum(document);
    read(document.dump());
  } catch (const nlohmann::json::exception&) {  // text that is no UTF-8 cannot be written
  }
  return 0;
}
