// Addresses from and to text, without the system's resolver: the same on every machine.
#include "twinloop/address.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <vector>

namespace twinloop {
namespace {

/// A whole number in [0, limit] that fills `text`.
std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t limit, int base) {
  std::uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > limit) return std::nullopt;
  return value;
}

bool parse_ipv4(std::string_view text, std::uint8_t* out) {
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = text.find('.');
    if ((dot == std::string_view::npos) != (part == 3)) return false;
    const auto number = parse_number(text.substr(0, dot), 255, 10);
    if (!number || text.substr(0, dot).size() > 3) return false;
    out[part] = static_cast<std::uint8_t>(*number);
    if (part < 3) text.remove_prefix(dot + 1);
  }
  return true;
}

/// The 16-bit groups of one side of "::"; the last may be an IPv4 address.
std::optional<std::vector<std::uint16_t>> parse_groups(std::string_view text) {
  std::vector<std::uint16_t> groups;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    std::uint8_t tail[4];
    if (colon == std::string_view::npos && part.find('.') != std::string_view::npos) {
      if (!parse_ipv4(part, tail)) return std::nullopt;
      groups.push_back(static_cast<std::uint16_t>(tail[0] << 8 | tail[1]));
      groups.push_back(static_cast<std::uint16_t>(tail[2] << 8 | tail[3]));
      return groups;
    }
    const auto number = parse_number(part, 0xffff, 16);
    if (!number || part.size() > 4) return std::nullopt;
    groups.push_back(static_cast<std::uint16_t>(*number));
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;  // a trailing single colon
  }
  return groups;
}

bool parse_ipv6(std::string_view text, std::uint8_t* out) {
  const std::size_t gap = text.find("::");
  if (gap != std::string_view::npos && text.find("::", gap + 1) != std::string_view::npos) return false;
  const auto head = parse_groups(text.substr(0, gap));
  const auto tail = gap == std::string_view::npos ? std::vector<std::uint16_t>{} : parse_groups(text.substr(gap + 2));
  if (!head || !tail) return false;
  const std::size_t total = head->size() + tail->size();
  if (gap == std::string_view::npos ? total != 8 : total > 7) return false;
  for (std::size_t i = 0; i < 16; ++i) out[i] = 0;
  auto put = [&](std::size_t place, std::uint16_t group) {
    out[place * 2] = static_cast<std::uint8_t>(group >> 8);
    out[place * 2 + 1] = static_cast<std::uint8_t>(group);
  };
  for (std::size_t i = 0; i < head->size(); ++i) put(i, (*head)[i]);
  for (std::size_t i = 0; i < tail->size(); ++i) put(8 - tail->size() + i, (*tail)[i]);
  return true;
}

/// RFC 5952: lower case, the longest run of zero groups (the first of equals, at least two) as "::".
std::string ipv6_text(const std::array<std::uint8_t, 16>& bytes) {
  std::uint16_t groups[8];
  for (std::size_t i = 0; i < 8; ++i) groups[i] = static_cast<std::uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  std::size_t best = 8;
  std::size_t best_length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t length = 0;
    while (i + length < 8 && groups[i + length] == 0) ++length;
    if (length > best_length) best = i, best_length = length;
  }
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      text += "::";
      i += best_length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    text += fmt::format("{:x}", groups[i]);
  }
  return text;
}

}  // namespace

result<address> address::parse(std::string_view text, std::uint16_t default_port) {
  address made{address_family::ipv4, default_port, 0, {}};
  std::string_view host = text;
  std::string_view port;
  bool has_port = false;
  if (!text.empty() && text.front() == '[') {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return unexpected(errc::invalid_argument);
    host = text.substr(1, bracket - 1);
    has_port = bracket + 1 < text.size();
    if (has_port && text[bracket + 1] != ':') return unexpected(errc::invalid_argument);
    if (has_port) port = text.substr(bracket + 2);
    if (host.find(':') == std::string_view::npos) return unexpected(errc::invalid_argument);
  } else if (const std::size_t colon = text.find(':');
             colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  }
  if (has_port) {
    const auto number = parse_number(port, 65535, 10);
    if (!number) return unexpected(errc::invalid_argument);
    made.port = static_cast<std::uint16_t>(*number);
  }
  if (parse_ipv4(host, made.bytes.data())) return made;
  made.family = address_family::ipv6;
  if (parse_ipv6(host, made.bytes.data())) return made;
  return unexpected(errc::invalid_argument);
}

std::string address::text() const {
  if (family == address_family::none) return "none";
  if (family == address_family::ipv4) {
    return fmt::format("{}.{}.{}.{}:{}", bytes[0], bytes[1], bytes[2], bytes[3], port);
  }
  return fmt::format("[{}]:{}", ipv6_text(bytes), port);
}

bool address::is_loopback() const {
  if (family == address_family::ipv4) return bytes[0] == 127;
  address same = loopback_ipv6(port);
  return family == address_family::ipv6 && bytes == same.bytes;
}

bool address::is_any() const { return family != address_family::none && bytes == std::array<std::uint8_t, 16>{}; }

}  // namespace twinloop
