// What the writer and the reader of replay files agree on: JSON with one choice a line, closed by a checksum.
//
// A choice is [kind, label, occurrence, n, value, option]. Labels and options stand by name where the name is that of
// one hash only, else as "#<hex>"; the table "names" has all of them. The checksum is XXH3 (64 bits) of the document
// without it, printed compactly with sorted keys, so that white space and the order of keys are free.
#ifndef TWINLOOP_SIM_TESTING_REPLAY_FORMAT_HPP
#define TWINLOOP_SIM_TESTING_REPLAY_FORMAT_HPP

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace twinloop::testing {

inline constexpr const char* replay_format_name = "twinloop replay";
inline constexpr std::uint64_t replay_format_version = 1;
/// The most that is read, and so that is written: about four million choices.
inline constexpr std::size_t replay_bytes_max = std::size_t{256} << 20;

/// The checksum of a document that does not hold one yet.
std::string replay_checksum(const nlohmann::json& document);

}  // namespace twinloop::testing

#endif
