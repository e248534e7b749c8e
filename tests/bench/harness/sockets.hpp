// Loopback TCP sockets for the peers, which take ready descriptors.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "harness/arguments.hpp"

namespace bench {

/// What one read asks for at most, in all programs.
inline constexpr std::size_t read_size = 65536;

inline sockaddr_in loopback_address(std::uint16_t port = 0) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  made.sin_port = htons(port);
  return made;
}

inline sockaddr* generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

/// A non-blocking listener on a free port of 127.0.0.1. With `reset_on_close`, SO_LINGER {1, 0} is inherited by what it
/// accepts, so that closing an accepted socket resets and leaves no TIME_WAIT.
inline int open_listener(sockaddr_in& address, bool reset_on_close) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (reset_on_close) {
    linger reset{1, 0};
    setsockopt(listener, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  address = loopback_address();
  if (bind(listener, generic(address), sizeof address) != 0 || listen(listener, 4096) != 0) fail("listen");
  socklen_t size = sizeof address;
  getsockname(listener, generic(address), &size);
  return listener;
}

inline int open_client() { return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

inline void prepare_connection(int socket) {
  int one = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
}

/// A connected pair: what the client and the server side read and write.
struct connection_pair {
  int client;
  int server;
};

/// `count` connected loopback TCP pairs, non-blocking, TCP_NODELAY.
inline std::vector<connection_pair> open_pairs(std::size_t count) {
  sockaddr_in address;
  int listener = open_listener(address, false);
  fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) & ~O_NONBLOCK);
  std::vector<connection_pair> pairs;
  for (std::size_t i = 0; i < count; ++i) {
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0 || connect(client, generic(address), sizeof address) != 0) fail("connect");
    int server = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (server < 0) fail("accept");
    prepare_connection(client);
    prepare_connection(server);
    pairs.push_back({client, server});
  }
  close(listener);
  return pairs;
}

}  // namespace bench
