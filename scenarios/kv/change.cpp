// A change on disk: kind (1), key size (4), value size (4), expiry (8), key, value; integers are little-endian.
#include "scenarios/kv/change.hpp"

#include "twinloop/assert.hpp"

namespace kv {
namespace {
constexpr std::size_t header_bytes = 1 + 4 + 4 + 8;
}

void put_integer(char* to, std::uint64_t value, std::size_t bytes) {
  for (std::size_t index = 0; index < bytes; ++index) to[index] = static_cast<char>(value >> (8 * index));
}

std::uint64_t get_integer(const char* from, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t index = 0; index < bytes; ++index) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[index])) << (8 * index);
  }
  return value;
}

void encode(const change& made, std::string& out) {
  TWINLOOP_ASSERT(made.key.size() <= UINT32_MAX);
  TWINLOOP_ASSERT(made.value.size() <= UINT32_MAX);
  char header[header_bytes];
  header[0] = static_cast<char>(made.kind);
  put_integer(header + 1, made.key.size(), 4);
  put_integer(header + 5, made.value.size(), 4);
  put_integer(header + 9, static_cast<std::uint64_t>(made.expires), 8);
  out.append(header, header_bytes);
  out.append(made.key);
  out.append(made.value);
}

bool decode(std::string_view& bytes, change& out) {
  if (bytes.size() < header_bytes) return false;
  auto kind = static_cast<std::uint8_t>(bytes[0]);
  if (kind < static_cast<std::uint8_t>(change_kind::set) || kind > static_cast<std::uint8_t>(change_kind::flush)) {
    return false;
  }
  std::uint64_t key_size = get_integer(bytes.data() + 1, 4);
  std::uint64_t value_size = get_integer(bytes.data() + 5, 4);
  if (bytes.size() - header_bytes < key_size + value_size) return false;
  out.kind = static_cast<change_kind>(kind);
  out.expires = static_cast<expiry_time>(get_integer(bytes.data() + 9, 8));
  out.key = bytes.substr(header_bytes, key_size);
  out.value = bytes.substr(header_bytes + key_size, value_size);
  bytes.remove_prefix(header_bytes + key_size + value_size);
  return true;
}

}  // namespace kv
