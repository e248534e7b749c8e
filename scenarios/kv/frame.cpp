// Sealing and checking frames; the layout stands in the header.
#include "scenarios/kv/frame.hpp"

#include "scenarios/kv/change.hpp"
#include "scenarios/kv/checksum.hpp"
#include "twinloop/assert.hpp"

namespace kv {
namespace {

constexpr std::uint32_t magic_changes = 0x3147564b;  // "KVG1" as bytes
constexpr std::uint32_t magic_end = 0x3145564b;      // "KVE1"
constexpr std::size_t checksum_offset = frame_header_bytes - 4;

std::uint32_t checksum_of(std::string_view frame, std::uint64_t position) {
  char place[8];
  put_integer(place, position, sizeof place);
  std::uint32_t crc = crc32c({place, sizeof place});
  crc = crc32c(frame.substr(0, checksum_offset), crc);
  return crc32c(frame.substr(frame_header_bytes), crc);
}

}  // namespace

std::string begin_frame() { return std::string(frame_header_bytes, '\0'); }

void seal_frame(std::string& frame, frame_type type, std::uint64_t sequence, std::uint32_t count,
                std::uint64_t position) {
  TWINLOOP_ASSERT(frame.size() >= frame_header_bytes);
  TWINLOOP_ASSERT(frame.size() - frame_header_bytes <= UINT32_MAX);
  put_integer(frame.data(), type == frame_type::changes ? magic_changes : magic_end, 4);
  put_integer(frame.data() + 4, frame.size() - frame_header_bytes, 4);
  put_integer(frame.data() + 8, sequence, 8);
  put_integer(frame.data() + 16, count, 4);
  put_integer(frame.data() + checksum_offset, checksum_of(frame, position), 4);
}

frame_result check_frame(std::string_view bytes, std::uint64_t position, frame_view& out) {
  if (bytes.size() < frame_header_bytes) return {frame_check::short_of_bytes, frame_header_bytes};
  auto magic = static_cast<std::uint32_t>(get_integer(bytes.data(), 4));
  if (magic != magic_changes && magic != magic_end) return {frame_check::broken, 0};
  std::uint64_t size = frame_header_bytes + get_integer(bytes.data() + 4, 4);
  if (bytes.size() < size) return {frame_check::short_of_bytes, size};
  std::string_view frame = bytes.substr(0, size);
  if (get_integer(frame.data() + checksum_offset, 4) != checksum_of(frame, position)) return {frame_check::broken, 0};
  out.type = magic == magic_changes ? frame_type::changes : frame_type::snapshot_end;
  out.sequence = get_integer(frame.data() + 8, 8);
  out.count = static_cast<std::uint32_t>(get_integer(frame.data() + 16, 4));
  out.payload = frame.substr(frame_header_bytes);
  return {frame_check::good, size};
}

}  // namespace kv
