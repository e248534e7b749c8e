// pingpong, stream and accept on libev: sockets are read and written by hand when an ev_io is ready.
#include <errno.h>
#include <ev.h>

#include "harness/net_workloads.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

thread_local char buffer[read_size];

struct watched : ev_io {
  std::size_t size = 0;
  std::size_t moved = 0;
  sockaddr_in target{};
};

using ready_callback = void (*)(struct ev_loop*, ev_io*, int);

void send(int socket, std::size_t size) {
  if (write(socket, buffer, size) != static_cast<ssize_t>(size)) fail("short write");
}

void echo_ready(struct ev_loop*, ev_io* io, int) {
  ssize_t count = read(io->fd, buffer, sizeof buffer);
  if (count > 0) send(io->fd, static_cast<std::size_t>(count));
  if (count == 0) fail("end of stream");
}

void client_ready(struct ev_loop*, ev_io* io, int) {
  watched& self = *static_cast<watched*>(io);
  ssize_t count = read(io->fd, buffer, sizeof buffer);
  if (count <= 0) return;
  self.moved += static_cast<std::size_t>(count);
  if (self.moved < self.size) return;
  self.moved = 0;
  bump();
  send(io->fd, self.size);
}

void sink_ready(struct ev_loop*, ev_io* io, int) {
  ssize_t count = read(io->fd, buffer, sizeof buffer);
  if (count > 0) bump(static_cast<std::uint64_t>(count));
}

void source_ready(struct ev_loop*, ev_io* io, int) {
  watched& self = *static_cast<watched*>(io);
  ssize_t count = write(io->fd, buffer, self.size - self.moved);
  if (count <= 0) return;
  self.moved += static_cast<std::size_t>(count);
  if (self.moved == self.size) self.moved = 0;
}

void acceptor_ready(struct ev_loop*, ev_io* io, int) {
  int taken = accept4(io->fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (taken >= 0) close(taken);
}

void connect_next(struct ev_loop* loop, watched& next);

void outgoing_ready(struct ev_loop* loop, ev_io* io, int) {
  char byte;
  if (read(io->fd, &byte, 1) < 0 && errno == EAGAIN) return;
  const int socket = io->fd;
  ev_io_stop(loop, io);
  close(socket);
  bump();
  connect_next(loop, *static_cast<watched*>(io));
}

void connect_next(struct ev_loop* loop, watched& next) {
  const int socket = open_client();
  if (connect(socket, generic(next.target), sizeof next.target) != 0 && errno != EINPROGRESS) fail("connect");
  ev_io_init(&next, outgoing_ready, socket, EV_READ);
  ev_io_start(loop, &next);
}

class network_loop {
 public:
  void run() { ev_run(loop_, 0); }
  void echo(int socket) { watch(socket, EV_READ, echo_ready, 0); }
  void client(int socket, std::size_t size) {
    watch(socket, EV_READ, client_ready, size);
    send(socket, size);
  }
  void sink(int socket) { watch(socket, EV_READ, sink_ready, 0); }
  void source(int socket, std::size_t chunk) {
    if (chunk > sizeof buffer) unsupported();
    watch(socket, EV_WRITE, source_ready, chunk);
  }
  void acceptor(int listener) { watch(listener, EV_READ, acceptor_ready, 0); }
  void connector(const sockaddr_in& target) {
    auto* made = new watched;
    made->target = target;
    connect_next(loop_, *made);
  }

 private:
  void watch(int socket, int events, ready_callback on_ready, std::size_t size) {
    auto* made = new watched;
    made->size = size;
    ev_io_init(made, on_ready, socket, events);
    ev_io_start(loop_, made);
  }

  struct ev_loop* loop_ = ev_loop_new(EVBACKEND_EPOLL);
};

}  // namespace

void serve_net(const arguments& given) { serve_network<network_loop>(given); }

}  // namespace bench::peer
