// The two layouts of socket addresses that twinloop knows.
#include "real/socket_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

namespace twinloop::real {

socket_address::socket_address(const address& from) : length(0) {
  if (from.family == address_family::ipv4) {
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(from.port);
    std::memcpy(&ipv4.sin_addr, from.bytes.data(), 4);
    std::memcpy(&storage, &ipv4, sizeof ipv4);
    length = sizeof ipv4;
  } else if (from.family == address_family::ipv6) {
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(from.port);
    ipv6.sin6_scope_id = from.scope;
    std::memcpy(&ipv6.sin6_addr, from.bytes.data(), 16);
    std::memcpy(&storage, &ipv6, sizeof ipv6);
    length = sizeof ipv6;
  }
}

address from_system(const sockaddr* raw) {
  address made;
  if (raw->sa_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, raw, sizeof ipv4);
    made.family = address_family::ipv4;
    made.port = ntohs(ipv4.sin_port);
    std::memcpy(made.bytes.data(), &ipv4.sin_addr, 4);
  } else if (raw->sa_family == AF_INET6) {
    sockaddr_in6 ipv6{};
    std::memcpy(&ipv6, raw, sizeof ipv6);
    made.family = address_family::ipv6;
    made.port = ntohs(ipv6.sin6_port);
    made.scope = ipv6.sin6_scope_id;
    std::memcpy(made.bytes.data(), &ipv6.sin6_addr, 16);
  }
  return made;
}

}  // namespace twinloop::real
