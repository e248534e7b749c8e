// A loop on libevent's bufferevents, for the network workloads.
#pragma once

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <unistd.h>

#include "harness/report.hpp"
#include "harness/sockets.hpp"
#include "peers/libevent/base.hpp"

namespace bench::peer {

class buffered_loop {
 public:
  void run() { event_base_loop(base_, EVLOOP_NO_EXIT_ON_EMPTY); }

  void echo(int socket) { open(socket, 0, echo_read, nullptr); }
  void client(int socket, std::size_t size) {
    connection& made = open(socket, size, client_read, nullptr);
    bufferevent_write(made.stream, zeros_, size);
  }
  void sink(int socket) {
    connection& made = open(
        socket, 0, [](bufferevent* stream, void*) { bump(drain(stream)); }, nullptr);
    bufferevent_set_max_single_read(made.stream, read_size);
  }
  void source(int socket, std::size_t chunk) {
    if (chunk > sizeof zeros_) unsupported();
    connection& made = open(socket, chunk, nullptr, [](bufferevent* stream, void* data) {
      bufferevent_write(stream, zeros_, static_cast<connection*>(data)->size);
    });
    bufferevent_set_max_single_write(made.stream, read_size);
    bufferevent_write(made.stream, zeros_, chunk);
  }
  void acceptor(int listener) {
    auto accepted = [](evconnlistener*, int socket, sockaddr*, int, void*) { close(socket); };
    evconnlistener_new(base_, accepted, nullptr, LEV_OPT_CLOSE_ON_EXEC, 0, listener);
  }
  void connector(const sockaddr_in& target) {
    auto* made = new connection{base_};
    made->target = target;
    connect_next(*made);
  }

 private:
  struct connection {
    event_base* base;
    bufferevent* stream = nullptr;
    std::size_t size = 0;
    std::size_t moved = 0;
    sockaddr_in target{};
  };

  connection& open(int socket, std::size_t size, bufferevent_data_cb on_read, bufferevent_data_cb on_written) {
    auto* made = new connection{base_};
    made->size = size;
    made->stream = bufferevent_socket_new(base_, socket, 0);
    bufferevent_setcb(made->stream, on_read, on_written, nullptr, made);
    bufferevent_enable(made->stream, EV_READ | EV_WRITE);
    return *made;
  }

  static std::size_t drain(bufferevent* stream) {
    evbuffer* input = bufferevent_get_input(stream);
    const std::size_t size = evbuffer_get_length(input);
    evbuffer_drain(input, size);
    return size;
  }
  static void echo_read(bufferevent* stream, void*) {
    evbuffer_add_buffer(bufferevent_get_output(stream), bufferevent_get_input(stream));
  }
  static void client_read(bufferevent* stream, void* data) {
    connection& self = *static_cast<connection*>(data);
    self.moved += drain(stream);
    if (self.moved < self.size) return;
    self.moved = 0;
    bump();
    bufferevent_write(stream, zeros_, self.size);
  }

  static void connect_next(connection& next) {
    next.stream = bufferevent_socket_new(next.base, -1, BEV_OPT_CLOSE_ON_FREE);
    auto ended = [](bufferevent* stream, short what, void* data) {
      if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) == 0) return;
      bufferevent_free(stream);
      bump();
      connect_next(*static_cast<connection*>(data));
    };
    bufferevent_setcb(next.stream, nullptr, nullptr, ended, &next);
    bufferevent_enable(next.stream, EV_READ);
    bufferevent_socket_connect(next.stream, generic(next.target), sizeof next.target);
  }

  static inline thread_local char zeros_[read_size];
  event_base* base_ = make_base();
};

}  // namespace bench::peer
