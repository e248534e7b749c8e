// pingpong, stream and accept on the raw loop.
#include <errno.h>

#include "harness/net_workloads.hpp"
#include "peers/raw/loop.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

class network_loop : public loop {
 public:
  void echo(int socket) { add(*new watched{socket, echo_ready}, EPOLLIN); }

  void client(int socket, std::size_t size) {
    add(*new watched{socket, client_ready, size}, EPOLLIN);
    send(socket, size);
  }

  void sink(int socket) { add(*new watched{socket, sink_ready}, EPOLLIN); }

  void source(int socket, std::size_t chunk) { add(*new watched{socket, source_ready, chunk}, EPOLLOUT); }

  void acceptor(int listener) { add(*new watched{listener, acceptor_ready}, EPOLLIN); }

  void connector(const sockaddr_in& target) {
    auto* made = new outgoing{{-1, outgoing_ready}, target};
    connect_next(*this, *made);
  }

 private:
  struct outgoing : watched {
    sockaddr_in target;
    outgoing(watched base, sockaddr_in where) : watched(base), target(where) {}
  };

  void send(int socket, std::size_t size) {
    if (write(socket, buffer(), size) != static_cast<ssize_t>(size)) fail("short write");
  }

  static void echo_ready(loop& on, watched& ready) {
    ssize_t count = read(ready.descriptor, on.buffer(), read_size);
    if (count > 0 && write(ready.descriptor, on.buffer(), static_cast<std::size_t>(count)) != count) {
      fail("short write");
    }
    if (count == 0) fail("end of stream");
  }

  static void client_ready(loop& on, watched& ready) {
    ssize_t count = read(ready.descriptor, on.buffer(), read_size);
    if (count <= 0) return;
    ready.moved += static_cast<std::size_t>(count);
    if (ready.moved < ready.size) return;
    ready.moved = 0;
    bump();
    static_cast<network_loop&>(on).send(ready.descriptor, ready.size);
  }

  static void sink_ready(loop& on, watched& ready) {
    ssize_t count = read(ready.descriptor, on.buffer(), read_size);
    if (count > 0) bump(static_cast<std::uint64_t>(count));
  }

  static void source_ready(loop& on, watched& ready) {
    ssize_t count = write(ready.descriptor, on.buffer(), ready.size - ready.moved);
    if (count <= 0) return;
    ready.moved += static_cast<std::size_t>(count);
    if (ready.moved == ready.size) ready.moved = 0;
  }

  static void acceptor_ready(loop&, watched& ready) {
    int taken = accept4(ready.descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (taken >= 0) close(taken);
  }

  static void connect_next(loop& on, outgoing& next) {
    next.descriptor = open_client();
    if (connect(next.descriptor, generic(next.target), sizeof next.target) != 0 && errno != EINPROGRESS) {
      fail("connect");
    }
    on.add(next, EPOLLIN);
  }

  static void outgoing_ready(loop& on, watched& ready) {
    char byte;
    if (read(ready.descriptor, &byte, 1) < 0 && errno == EAGAIN) return;
    close(ready.descriptor);
    bump();
    connect_next(on, static_cast<outgoing&>(ready));
  }
};

}  // namespace

void serve_net(const arguments& given) { serve_network<network_loop>(given); }

}  // namespace bench::peer
