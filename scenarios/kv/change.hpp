// Changes of the store, the unit of the append-only log: everything that a command does to the data is one of these,
// and replaying them in order gives the data back.
#ifndef TWINLOOP_SCENARIOS_KV_CHANGE_HPP
#define TWINLOOP_SCENARIOS_KV_CHANGE_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace kv {

enum class change_kind : std::uint8_t {
  set = 1,     ///< key = value, expiring at `expires`
  erase = 2,   ///< key goes
  expire = 3,  ///< key keeps its value and expires at `expires`
  flush = 4,   ///< everything goes
};

/// Milliseconds since 1970 in civil time; never_expires where a key has no time to live.
using expiry_time = std::int64_t;
inline constexpr expiry_time never_expires = 0;

struct change {
  change_kind kind = change_kind::set;
  std::string_view key{};
  std::string_view value{};
  expiry_time expires = never_expires;
};

/// Appends the encoded change to `out`.
void encode(const change& made, std::string& out);

/// Takes one change off the front of `bytes`; the views in `out` point into them. False if they do not begin with one.
bool decode(std::string_view& bytes, change& out);

// Little-endian integers, whatever the machine.
void put_integer(char* to, std::uint64_t value, std::size_t bytes);
std::uint64_t get_integer(const char* from, std::size_t bytes);

}  // namespace kv

#endif
