// kv's reply parser on any bytes, whole and byte by byte: both ways must give the same replies.
#include <cstdlib>

#include "scenarios/kv/reply_parser.hpp"

namespace {

struct parsed {
  std::vector<kv::reply> replies;
  bool failed = false;
  bool operator==(const parsed&) const = default;
};

/// Takes what has come; false once nothing more can.
bool take(kv::reply_parser& parser, parsed& all) {
  for (;;) {
    kv::reply next;
    const auto reached = parser.next(next);
    if (reached == kv::reply_parser::outcome::incomplete) return true;
    all.failed = reached == kv::reply_parser::outcome::failed;
    if (all.failed) return false;
    all.replies.push_back(std::move(next));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  parsed whole;
  kv::reply_parser parser;
  parser.feed(bytes);
  (void)take(parser, whole);
  parsed pieces;
  kv::reply_parser slow;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    slow.feed(bytes.substr(i, 1));
    if (!take(slow, pieces)) break;
  }
  if (whole != pieces) std::abort();
  for (const kv::reply& each : whole.replies) (void)kv::describe(each);
  return 0;
}
