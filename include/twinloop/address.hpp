// Network addresses as plain data: IPv4 and IPv6 with a port.
//
//   result<address> where_to = address::parse("[::1]:6379");
//
// Host order for the port, network order for the bytes. No system header is needed to hold one.
#ifndef TWINLOOP_ADDRESS_HPP
#define TWINLOOP_ADDRESS_HPP

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "twinloop/result.hpp"

namespace twinloop {

enum class address_family : std::uint8_t { none, ipv4, ipv6 };

struct address {
  address_family family = address_family::none;
  std::uint16_t port = 0;                ///< host byte order; 0 = "any free port" in bind
  std::uint32_t scope = 0;               ///< IPv6 scope id of link-local addresses, else 0
  std::array<std::uint8_t, 16> bytes{};  ///< network order; IPv4 uses the first four

  static constexpr address ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, std::uint16_t port) {
    address made{address_family::ipv4, port, 0, {}};
    made.bytes[0] = a, made.bytes[1] = b, made.bytes[2] = c, made.bytes[3] = d;
    return made;
  }
  /// 127.0.0.1
  static constexpr address loopback(std::uint16_t port) { return ipv4(127, 0, 0, 1, port); }
  /// 0.0.0.0
  static constexpr address any(std::uint16_t port) { return ipv4(0, 0, 0, 0, port); }
  /// ::1
  static constexpr address loopback_ipv6(std::uint16_t port) {
    address made{address_family::ipv6, port, 0, {}};
    made.bytes[15] = 1;
    return made;
  }
  /// ::
  static constexpr address any_ipv6(std::uint16_t port) { return {address_family::ipv6, port, 0, {}}; }

  /// Reads "1.2.3.4", "1.2.3.4:80", "::1" or "[::1]:80" (no names: see resolve). invalid_argument otherwise.
  static result<address> parse(std::string_view text, std::uint16_t default_port = 0);
  /// "1.2.3.4:80" or "[::1]:80"; "none" for an empty address.
  std::string text() const;

  bool is_loopback() const;
  bool is_any() const;
  friend auto operator<=>(const address&, const address&) = default;
};

}  // namespace twinloop

#endif
