// pingpong, stream and accept on libuv's streams.
#include <cstring>
#include <vector>

#include "harness/net_workloads.hpp"
#include "peers/libuv/check.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

thread_local char read_buffer[read_size];

void give_buffer(uv_handle_t*, std::size_t, uv_buf_t* given) { *given = uv_buf_init(read_buffer, sizeof read_buffer); }

struct connection {
  uv_tcp_t handle;
  uv_write_t request;
  std::size_t size = 0;
  std::size_t moved = 0;
  std::vector<char> out;
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&handle); }
};

connection& connection_of(uv_stream_t* stream) { return *static_cast<connection*>(stream->data); }

void send(connection& to, char* bytes, std::size_t size, uv_write_cb done = nullptr) {
  uv_buf_t buffer = uv_buf_init(bytes, static_cast<unsigned>(size));
  if (!try_write) {
    check(uv_write(&to.request, to.stream(), &buffer, 1, done), "uv_write");
  } else if (uv_try_write(to.stream(), &buffer, 1) != static_cast<int>(size)) {
    fail("uv_try_write");
  }
}

void echo_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
  if (count < 0) fail("read");
  connection& self = connection_of(stream);
  const std::size_t size = static_cast<std::size_t>(count);
  if (try_write) {
    send(self, buffer->base, size);
    return;
  }
  // uv_write may have to keep the bytes until its callback: they are copied out of the shared buffer.
  std::memcpy(self.out.data(), buffer->base, size);
  send(self, self.out.data(), size);
}

void client_read(uv_stream_t* stream, ssize_t count, const uv_buf_t*) {
  if (count < 0) fail("read");
  connection& self = connection_of(stream);
  self.moved += static_cast<std::size_t>(count);
  if (self.moved < self.size) return;
  self.moved = 0;
  bump();
  send(self, self.out.data(), self.size);
}

void sink_read(uv_stream_t*, ssize_t count, const uv_buf_t*) {
  if (count > 0) bump(static_cast<std::uint64_t>(count));
}

void source_wrote(uv_write_t* request, int) {
  connection& self = connection_of(request->handle);
  send(self, self.out.data(), self.size, source_wrote);
}

void connection_arrived(uv_stream_t* listener, int status) {
  if (status < 0) return;
  auto* taken = new uv_tcp_t;
  uv_tcp_init(listener->loop, taken);
  check(uv_accept(listener, reinterpret_cast<uv_stream_t*>(taken)), "uv_accept");
  uv_close(reinterpret_cast<uv_handle_t*>(taken),
           [](uv_handle_t* closed) { delete reinterpret_cast<uv_tcp_t*>(closed); });
}

/// One connect -> wait for the reset -> close cycle after the other.
struct outgoing {
  uv_tcp_t handle;
  uv_connect_t request;
  sockaddr_in target;

  void connect(uv_loop_t* loop) {
    check(uv_tcp_init(loop, &handle), "uv_tcp_init");
    handle.data = this;
    check(uv_tcp_connect(&request, &handle, generic(target), connected), "uv_tcp_connect");
  }
  static void close(uv_handle_t* handle) {
    uv_close(handle, [](uv_handle_t* closed) {
      bump();
      static_cast<outgoing*>(closed->data)->connect(closed->loop);
    });
  }
  static void connected(uv_connect_t* request, int status) {
    auto* handle = reinterpret_cast<uv_handle_t*>(request->handle);
    if (status < 0) return close(handle);
    auto on_read = [](uv_stream_t* stream, ssize_t count, const uv_buf_t*) {
      if (count < 0) close(reinterpret_cast<uv_handle_t*>(stream));
    };
    check(uv_read_start(request->handle, give_buffer, on_read), "uv_read_start");
  }
};

class network_loop {
 public:
  network_loop() { check(uv_loop_init(&loop_), "uv_loop_init"); }
  void run() { uv_run(&loop_, UV_RUN_DEFAULT); }

  void echo(int socket) { read(open(socket, read_size), echo_read); }
  void client(int socket, std::size_t size) {
    connection& made = open(socket, size);
    read(made, client_read);
    send(made, made.out.data(), size);
  }
  void sink(int socket) { read(open(socket, 0), sink_read); }
  void source(int socket, std::size_t chunk) {
    connection& made = open(socket, chunk);
    send(made, made.out.data(), chunk, source_wrote);
  }
  void acceptor(int listener) {
    auto* server = new uv_tcp_t;
    check(uv_tcp_init(&loop_, server), "uv_tcp_init");
    check(uv_tcp_open(server, listener), "uv_tcp_open");
    check(uv_listen(reinterpret_cast<uv_stream_t*>(server), 4096, connection_arrived), "uv_listen");
  }
  void connector(const sockaddr_in& target) {
    auto* made = new outgoing;
    made->target = target;
    made->connect(&loop_);
  }

 private:
  connection& open(int socket, std::size_t size) {
    auto* made = new connection;
    check(uv_tcp_init(&loop_, &made->handle), "uv_tcp_init");
    check(uv_tcp_open(&made->handle, socket), "uv_tcp_open");
    made->handle.data = made;
    made->size = size;
    made->out.resize(size);
    return *made;
  }
  static void read(connection& from, uv_read_cb on_read) {
    check(uv_read_start(from.stream(), give_buffer, on_read), "uv_read_start");
  }

  uv_loop_t loop_;
};

}  // namespace

void serve_net(const arguments& given) { serve_network<network_loop>(given); }

}  // namespace bench::peer
