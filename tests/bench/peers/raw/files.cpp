// fread as plain preads on the measured thread.
#include <fmt/format.h>

#include <thread>
#include <vector>

#include "harness/affinity.hpp"
#include "harness/read_file.hpp"
#include "harness/report.hpp"
#include "peers/serve.hpp"

namespace bench::peer {

void serve_files(const arguments& given) {
  if (given.workload() != "fread") return;
  static read_file file(given);
  std::thread([] {
    pin(0);
    std::vector<char> buffer(block_size);
    for (;;) {
      const off_t offset = static_cast<off_t>(file.random_offset());
      if (pread(file.descriptor(), buffer.data(), block_size, offset) != static_cast<ssize_t>(block_size)) {
        fail("pread");
      }
      bump();
    }
  }).detach();
  measure(given, fmt::format("fread-i{}", given.number("inflight", 1)), "reads/s");
}

}  // namespace bench::peer
