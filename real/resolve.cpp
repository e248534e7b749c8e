// getaddrinfo behind resolve_op.
#include "real/resolve.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "real/socket_address.hpp"

namespace twinloop::real {
namespace {

errc error_of_lookup(int failure) {
  switch (failure) {
    case EAI_AGAIN:
    case EAI_MEMORY:  // of this moment, not of the name
    case EAI_SYSTEM:
      return errc::name_try_again;
    default:
      return errc::name_not_found;
  }
}

int system_family(address_family family) {
  if (family == address_family::ipv4) return AF_INET;
  if (family == address_family::ipv6) return AF_INET6;
  return AF_UNSPEC;
}

}  // namespace

result<std::int64_t> look_up(resolve_op& wanted) {
  TWINLOOP_ASSERT(wanted.out != nullptr);
  char host[NI_MAXHOST];
  if (wanted.host.empty() || wanted.host.size() >= sizeof host) return unexpected(errc::invalid_argument);
  if (wanted.host.find('\0') != std::string_view::npos) return unexpected(errc::invalid_argument);
  std::memcpy(host, wanted.host.data(), wanted.host.size());
  host[wanted.host.size()] = '\0';

  addrinfo hints{};
  hints.ai_family = system_family(wanted.family);
  hints.ai_socktype = SOCK_STREAM;  // one answer per address, not one per protocol
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host, nullptr, &hints, &found);
  if (failure != 0) return unexpected(error_of_lookup(failure));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  wanted.out->clear();
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    address made = from_system(each->ai_addr);
    made.port = wanted.port;
    if (made.family == address_family::none) continue;
    if (std::find(wanted.out->begin(), wanted.out->end(), made) == wanted.out->end()) wanted.out->push_back(made);
  }
  if (wanted.out->empty()) return unexpected(errc::name_not_found);
  return 0;
}

}  // namespace twinloop::real
