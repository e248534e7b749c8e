// Replies in RESP2, appended to a string.
#ifndef TWINLOOP_SCENARIOS_KV_REPLY_HPP
#define TWINLOOP_SCENARIOS_KV_REPLY_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kv {

void reply_simple(std::string& out, std::string_view text);  ///< +text
/// -text; line ends in it, which would break the protocol, become spaces.
void reply_error(std::string& out, std::string_view text);
void reply_integer(std::string& out, std::int64_t value);   ///< :value
void reply_bulk(std::string& out, std::string_view bytes);  ///< $size, bytes
void reply_nil(std::string& out);                           ///< $-1
void reply_array(std::string& out, std::size_t elements);   ///< *elements; append them next

}  // namespace kv

#endif
