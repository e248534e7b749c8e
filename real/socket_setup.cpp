// The system calls that make and adjust sockets: socket, bind, listen, names and options.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "real/errors.hpp"
#include "real/socket_address.hpp"
#include "real/socket_calls.hpp"

namespace twinloop::real {
namespace {

result<void> done_or_errno(int returned) {
  if (returned == 0) return {};
  return unexpected(error_of(errno));
}

result<void> set_integer(const descriptor& socket, int level, int option, std::int64_t value) {
  if (value < 0 || value > INT_MAX) return unexpected(errc::invalid_argument);
  const int number = static_cast<int>(value);
  return done_or_errno(setsockopt(socket.fd, level, option, &number, sizeof number));
}

result<void> set_switch(const descriptor& socket, int level, int option, std::int64_t value) {
  if (value != 0 && value != 1) return unexpected(errc::invalid_argument);
  return set_integer(socket, level, option, value);
}

result<std::int64_t> get_integer(const descriptor& socket, int level, int option) {
  int value = 0;
  socklen_t length = sizeof value;
  if (getsockopt(socket.fd, level, option, &value, &length) != 0) return unexpected(error_of(errno));
  return value;
}

result<void> set_keep_alive(const descriptor& socket, std::int64_t idle_seconds) {
  const result<void> switched = set_integer(socket, SOL_SOCKET, SO_KEEPALIVE, idle_seconds > 0 ? 1 : idle_seconds);
  if (!switched || idle_seconds == 0) return switched;
  return set_integer(socket, IPPROTO_TCP, TCP_KEEPIDLE, idle_seconds);
}

result<std::int64_t> get_keep_alive(const descriptor& socket) {
  const result<std::int64_t> on = get_integer(socket, SOL_SOCKET, SO_KEEPALIVE);
  if (!on || *on == 0) return on;
  return get_integer(socket, IPPROTO_TCP, TCP_KEEPIDLE);
}

result<void> set_linger(descriptor& socket, std::int64_t seconds) {
  if (seconds < -1 || seconds > INT_MAX) return unexpected(errc::invalid_argument);
  const linger wanted{seconds >= 0, static_cast<int>(std::max<std::int64_t>(seconds, 0))};
  const result<void> set = done_or_errno(setsockopt(socket.fd, SOL_SOCKET, SO_LINGER, &wanted, sizeof wanted));
  if (set) socket.lingers = seconds > 0;
  return set;
}

result<std::int64_t> get_linger(const descriptor& socket) {
  linger found{};
  socklen_t length = sizeof found;
  if (getsockopt(socket.fd, SOL_SOCKET, SO_LINGER, &found, &length) != 0) return unexpected(error_of(errno));
  return found.l_onoff != 0 ? found.l_linger : -1;
}

using name_call = int (*)(int, sockaddr*, socklen_t*);

result<address> name_of(const descriptor& socket, name_call call) {
  socket_address found;
  if (call(socket.fd, found.raw(), &found.length) != 0) return unexpected(error_of(errno));
  return from_system(found.raw());
}

}  // namespace

result<int> make_socket(address_family family) {
  if (family == address_family::none) return unexpected(errc::invalid_argument);
  const int domain = family == address_family::ipv4 ? AF_INET : AF_INET6;
  const int fd = socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return unexpected(error_of(errno));
  return fd;
}

result<void> bind_socket(descriptor& socket, const address& local) {
  const socket_address target(local);
  if (target.length == 0) return unexpected(errc::invalid_argument);
  if (!socket.reuse_address_set) {
    // A listener that is started again must not wait for its old connections' TIME_WAIT.
    const result<void> reusable = set_option(socket, socket_option::reuse_address, 1);
    if (!reusable) return reusable;
  }
  return done_or_errno(bind(socket.fd, target.raw(), target.length));
}

result<void> listen_socket(descriptor& socket, std::int64_t backlog) {
  if (backlog < 1 || backlog > INT_MAX) return unexpected(errc::invalid_argument);
  return done_or_errno(listen(socket.fd, static_cast<int>(backlog)));
}

result<address> local_address(const descriptor& socket) { return name_of(socket, getsockname); }
result<address> peer_address(const descriptor& socket) { return name_of(socket, getpeername); }

result<void> set_option(descriptor& socket, socket_option option, std::int64_t value) {
  switch (option) {
    case socket_option::no_delay:
      return set_switch(socket, IPPROTO_TCP, TCP_NODELAY, value);
    case socket_option::keep_alive:
      return set_keep_alive(socket, value);
    case socket_option::reuse_address:
      socket.reuse_address_set = true;
      return set_switch(socket, SOL_SOCKET, SO_REUSEADDR, value);
    case socket_option::reuse_port:
      return set_switch(socket, SOL_SOCKET, SO_REUSEPORT, value);
    case socket_option::ipv6_only:
      return set_switch(socket, IPPROTO_IPV6, IPV6_V6ONLY, value);
    case socket_option::receive_buffer:
      return set_integer(socket, SOL_SOCKET, SO_RCVBUF, value);
    case socket_option::send_buffer:
      return set_integer(socket, SOL_SOCKET, SO_SNDBUF, value);
    case socket_option::linger:
      return set_linger(socket, value);
  }
  return unexpected(errc::invalid_argument);
}

result<std::int64_t> get_option(const descriptor& socket, socket_option option) {
  switch (option) {
    case socket_option::no_delay:
      return get_integer(socket, IPPROTO_TCP, TCP_NODELAY);
    case socket_option::keep_alive:
      return get_keep_alive(socket);
    case socket_option::reuse_address:
      return get_integer(socket, SOL_SOCKET, SO_REUSEADDR);
    case socket_option::reuse_port:
      return get_integer(socket, SOL_SOCKET, SO_REUSEPORT);
    case socket_option::ipv6_only:
      return get_integer(socket, IPPROTO_IPV6, IPV6_V6ONLY);
    case socket_option::receive_buffer:
      return get_integer(socket, SOL_SOCKET, SO_RCVBUF);
    case socket_option::send_buffer:
      return get_integer(socket, SOL_SOCKET, SO_SNDBUF);
    case socket_option::linger:
      return get_linger(socket);
  }
  return unexpected(errc::invalid_argument);
}

}  // namespace twinloop::real
