// twinloop::address to and from the system's socket addresses.
#ifndef TWINLOOP_REAL_SOCKET_ADDRESS_HPP
#define TWINLOOP_REAL_SOCKET_ADDRESS_HPP

#include <sys/socket.h>

#include "twinloop/address.hpp"

namespace twinloop::real {

/// A system address with its length; length 0 when the address had no family.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);

  socket_address() = default;  ///< room for the system to fill
  explicit socket_address(const address& from);
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// Family none for anything but IPv4 and IPv6.
address from_system(const sockaddr* raw);

}  // namespace twinloop::real

#endif
