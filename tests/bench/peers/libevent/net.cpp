// pingpong, stream and accept on libevent's bare events (read and written by hand), or on bufferevents.
#include <errno.h>

#include "harness/net_workloads.hpp"
#include "peers/libevent/base.hpp"
#include "peers/libevent/buffered.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

thread_local char buffer[read_size];

struct watched {
  event_base* base;
  event* watch = nullptr;
  std::size_t size = 0;
  std::size_t moved = 0;
  sockaddr_in target{};
};

void send(int socket, std::size_t size) {
  if (write(socket, buffer, size) != static_cast<ssize_t>(size)) fail("short write");
}

void echo_ready(int socket, short, void*) {
  ssize_t count = read(socket, buffer, sizeof buffer);
  if (count > 0) send(socket, static_cast<std::size_t>(count));
  if (count == 0) fail("end of stream");
}

void client_ready(int socket, short, void* data) {
  watched& self = *static_cast<watched*>(data);
  ssize_t count = read(socket, buffer, sizeof buffer);
  if (count <= 0) return;
  self.moved += static_cast<std::size_t>(count);
  if (self.moved < self.size) return;
  self.moved = 0;
  bump();
  send(socket, self.size);
}

void sink_ready(int socket, short, void*) {
  ssize_t count = read(socket, buffer, sizeof buffer);
  if (count > 0) bump(static_cast<std::uint64_t>(count));
}

void source_ready(int socket, short, void* data) {
  watched& self = *static_cast<watched*>(data);
  ssize_t count = write(socket, buffer, self.size - self.moved);
  if (count <= 0) return;
  self.moved += static_cast<std::size_t>(count);
  if (self.moved == self.size) self.moved = 0;
}

void acceptor_ready(int listener, short, void*) {
  int taken = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (taken >= 0) close(taken);
}

void connect_next(watched& next);

void outgoing_ready(int socket, short, void* data) {
  watched& self = *static_cast<watched*>(data);
  char byte;
  if (read(socket, &byte, 1) < 0 && errno == EAGAIN) return;
  event_del(self.watch);
  close(socket);
  bump();
  connect_next(self);
}

void connect_next(watched& next) {
  const int socket = open_client();
  if (connect(socket, generic(next.target), sizeof next.target) != 0 && errno != EINPROGRESS) fail("connect");
  if (next.watch == nullptr) {
    next.watch = event_new(next.base, socket, EV_READ | EV_PERSIST, outgoing_ready, &next);
  } else {
    event_assign(next.watch, next.base, socket, EV_READ | EV_PERSIST, outgoing_ready, &next);
  }
  event_add(next.watch, nullptr);
}

class event_loop {
 public:
  void run() { event_base_loop(base_, EVLOOP_NO_EXIT_ON_EMPTY); }
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
    auto* made = new watched{base_};
    made->target = target;
    connect_next(*made);
  }

 private:
  void watch(int socket, int events, event_callback_fn on_ready, std::size_t size) {
    auto* made = new watched{base_};
    made->size = size;
    made->watch = event_new(base_, socket, static_cast<short>(events | EV_PERSIST), on_ready, made);
    event_add(made->watch, nullptr);
  }

  event_base* base_ = make_base();
};

}  // namespace

void serve_net(const arguments& given) {
  if (buffered) serve_network<buffered_loop>(given);
  serve_network<event_loop>(given);
}

}  // namespace bench::peer
