// Replies off the wire, for clients: what reply.hpp writes, read back as it comes in pieces.
#ifndef TWINLOOP_SCENARIOS_KV_REPLY_PARSER_HPP
#define TWINLOOP_SCENARIOS_KV_REPLY_PARSER_HPP

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kv {

enum class reply_type : std::uint8_t { simple, error, integer, bulk, nil, array };

struct reply {
  reply_type type = reply_type::nil;
  std::string text{};  ///< of simple, error, bulk
  std::int64_t integer = 0;
  std::vector<reply> elements{};
  friend bool operator==(const reply&, const reply&) = default;
};

/// As a person reads it: +OK, -ERR ..., :1, "bulk", nil, [a, b].
std::string describe(const reply& shown);

class reply_parser {
 public:
  enum class outcome : std::uint8_t { reply, incomplete, failed };
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// Takes the next whole reply. `failed`: the bytes are no reply, and never will be.
  outcome next(reply& out);
  std::size_t buffered() const { return buffer_.size(); }

 private:
  std::string buffer_;
};

}  // namespace kv

#endif
