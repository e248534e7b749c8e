// CRC-32C (Castagnoli polynomial 0x1EDC6F41, reflected), which guards every frame of the log and of snapshots.
#ifndef TWINLOOP_SCENARIOS_KV_CHECKSUM_HPP
#define TWINLOOP_SCENARIOS_KV_CHECKSUM_HPP

#include <cstdint>
#include <string_view>

namespace kv {

/// The checksum of `bytes`; pass an earlier result as `before` to go on from there.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace kv

#endif
