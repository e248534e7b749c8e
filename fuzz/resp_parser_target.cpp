// kv's request parser on any bytes, whole and cut in two where the first byte says: both ways must give the same
// requests, and neither may hold more than its limits allow.
#include <cstdlib>
#include <string>
#include <vector>

#include "scenarios/kv/resp_parser.hpp"

namespace {

constexpr kv::resp_limits limits{.inline_bytes = 256, .arguments = 64, .bulk_bytes = 4096, .request_bytes = 8192};

struct parsed {
  std::vector<std::vector<std::string>> requests;
  std::string error;
  bool operator==(const parsed&) const = default;
};

parsed parse(std::initializer_list<std::string_view> pieces) {
  kv::resp_parser parser(limits);
  parsed all;
  for (const std::string_view piece : pieces) {
    parser.feed(piece);
    for (;;) {
      const auto reached = parser.next();
      if (reached == kv::resp_parser::outcome::incomplete) break;
      if (reached == kv::resp_parser::outcome::failed) {
        all.error = parser.error();
        return all;
      }
      if (parser.arguments().empty()) std::abort();
      all.requests.emplace_back(parser.arguments().begin(), parser.arguments().end());
    }
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = std::min<std::size_t>(data[0], bytes.size());
  if (parse({bytes}) != parse({bytes.substr(0, cut), bytes.substr(cut)})) std::abort();
  return 0;
}
