// pingpong, stream and accept on Asio's sockets.
#include "peers/asio/settings.hpp"
// Asio reads its macros from above.
#include <asio.hpp>

#include "harness/net_workloads.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

using asio::ip::tcp;
using error = std::error_code;

struct connection {
  tcp::socket socket;
  std::vector<char> in;
  std::vector<char> out;
  connection(asio::io_context& context, int descriptor, std::size_t in_size, std::size_t out_size)
      : socket(context), in(in_size), out(out_size) {
    if (descriptor >= 0) socket.assign(tcp::v4(), descriptor);
  }
};

void require(error failed, const char* what) {
  if (failed) fail(what);
}

void echo_next(connection* self) {
  self->socket.async_read_some(asio::buffer(self->in), [self](error failed, std::size_t count) {
    require(failed, "read");
    asio::async_write(self->socket, asio::buffer(self->in.data(), count), [self](error not_sent, std::size_t) {
      require(not_sent, "write");
      echo_next(self);
    });
  });
}

void client_next(connection* self) {
  asio::async_write(self->socket, asio::buffer(self->out), [self](error failed, std::size_t) {
    require(failed, "write");
    asio::async_read(self->socket, asio::buffer(self->in), [self](error not_read, std::size_t) {
      require(not_read, "read");
      bump();
      client_next(self);
    });
  });
}

void sink_next(connection* self) {
  self->socket.async_read_some(asio::buffer(self->in), [self](error failed, std::size_t count) {
    require(failed, "read");
    bump(count);
    sink_next(self);
  });
}

void source_next(connection* self) {
  asio::async_write(self->socket, asio::buffer(self->out), [self](error failed, std::size_t) {
    require(failed, "write");
    source_next(self);
  });
}

void accept_next(tcp::acceptor* self) {
  self->async_accept([self](error, tcp::socket taken) {
    error ignored;
    taken.close(ignored);
    accept_next(self);
  });
}

void connect_next(connection* self, tcp::endpoint target) {
  self->socket.async_connect(target, [self, target](error) {
    self->socket.async_read_some(asio::buffer(self->in), [self, target](error, std::size_t) {
      error ignored;
      self->socket.close(ignored);
      bump();
      connect_next(self, target);
    });
  });
}

class network_loop {
 public:
  void run() {
    auto guard = asio::make_work_guard(context_);
    context_.run();
  }
  void echo(int socket) { echo_next(new connection(context_, socket, 4096, 0)); }
  void client(int socket, std::size_t size) { client_next(new connection(context_, socket, size, size)); }
  void sink(int socket) { sink_next(new connection(context_, socket, read_size, 0)); }
  void source(int socket, std::size_t chunk) { source_next(new connection(context_, socket, 0, chunk)); }
  void acceptor(int listener) {
    auto* made = new tcp::acceptor(context_);
    made->assign(tcp::v4(), listener);
    accept_next(made);
  }
  void connector(const sockaddr_in& target) {
    const asio::ip::address_v4 host(ntohl(target.sin_addr.s_addr));
    connect_next(new connection(context_, -1, 16, 0), tcp::endpoint(host, ntohs(target.sin_port)));
  }

 private:
  asio::io_context context_{1};
};

}  // namespace

void serve_net(const arguments& given) { serve_network<network_loop>(given); }

}  // namespace bench::peer
