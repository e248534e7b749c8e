// pingpong, stream and accept on intrusive operations: the hot tier, as a program that counts allocations uses it.
#include <functional>

#include "harness/net_workloads.hpp"
#include "subject/connection.hpp"
#include "subject/real_loop.hpp"
#include "subject/serve.hpp"
#include "subject/sockets.hpp"

namespace bench::subject {
namespace {

using namespace twinloop;

/// Accepts for ever; `serve` gets each socket.
class acceptor {
 public:
  acceptor(class loop& loop, handle_id listener, std::function<void(handle_id)> serve) : serve_(std::move(serve)) {
    accept_.owner = this;
    accept_.handle = listener;
    accept_.multishot = true;
    accept_.on_complete = [](op& self, const completion& done) {
      require(done.error, "accept");
      static_cast<owned<accept_op, acceptor>&>(self).owner->serve_(static_cast<handle_id>(done.aux));
    };
    loop.submit(accept_);
  }

 private:
  owned<accept_op, acceptor> accept_;
  std::function<void(handle_id)> serve_;
};

/// Connects once and hands the socket to `connected`.
class connector {
 public:
  connector(class loop& loop, const address& target, std::function<void(handle_id)> connected)
      : connected_(std::move(connected)) {
    connect_.owner = this;
    connect_.handle = open_socket(loop, "client");
    connect_.target = target;
    connect_.on_complete = [](op& self, const completion& done) {
      require(done.error, "connect");
      static_cast<owned<connect_op, connector>&>(self).owner->connected_(self.handle);
    };
    loop.submit(connect_);
  }

 private:
  owned<connect_op, connector> connect_;
  std::function<void(handle_id)> connected_;
};

/// One connect -> wait for the reset -> close cycle after the other.
class outgoing {
 public:
  outgoing(class loop& loop, const address& target) : loop_(loop) {
    connect_.owner = read_.owner = this;
    connect_.target = target;
    read_.buffer = {&byte_, 1};
    connect_.on_complete = [](op& self, const completion& done) {
      static_cast<owned<connect_op, outgoing>&>(self).owner->connected(done);
    };
    read_.on_complete = [](op& self, const completion&) { static_cast<owned<recv_op, outgoing>&>(self).owner->next(); };
    connect();
  }

 private:
  void connect() {
    connect_.handle = read_.handle = open_socket(loop_, "client");
    loop_.submit(connect_);
  }
  void connected(const completion& done) {
    if (done.error != errc::ok) return next();  // the reset was faster
    loop_.submit(read_);
  }
  void next() {
    close_now(loop_, connect_.handle);
    bump();
    connect();
  }

  class loop& loop_;
  owned<connect_op, outgoing> connect_;
  owned<recv_op, outgoing> read_;
  std::byte byte_{};
};

address server_address;  // written by the server's side before it reports ready

/// Connections between an accepting and a connecting side, `server` and `client` by role.
void run_connections(const arguments& given, connection::role server, connection::role client, std::size_t size) {
  const std::size_t count = given.number("conns", 1);
  run_sides(given, [=](roles plays, auto ready) {
    real_loop on;
    auto start = [&on, size](connection::role role) {
      return [&on, size, role](handle_id socket) {
        set_option(*on, socket, socket_option::no_delay, 1);
        new connection(*on, socket, role, size);
      };
    };
    if (plays.server) {
      const handle_id listener = open_listener(*on, address::loopback(0));
      server_address = local_address(*on, listener);
      new acceptor(*on, listener, start(server));
    }
    ready();
    if (plays.client) {
      for (std::size_t i = 0; i < count; ++i) new connector(*on, server_address, start(client));
    }
    on->run();
  });
}

[[noreturn]] void serve_pingpong(const arguments& given) {
  const std::size_t size = given.number("size", 64);
  run_connections(given, connection::role::echo, connection::role::client, size);
  measure(given, fmt::format("pingpong-{}B-c{}-t{}", size, given.number("conns", 1), given.number("threads", 1)),
          "rt/s");
}

[[noreturn]] void serve_stream(const arguments& given) {
  const std::size_t chunk = given.number("chunk", 65536);
  run_connections(given, connection::role::sink, connection::role::source, chunk);
  measure(given, fmt::format("stream-{}K-c{}-t{}", chunk / 1024, given.number("conns", 1), given.number("threads", 1)),
          "GB/s", 1e-9);
}

[[noreturn]] void serve_accept(const arguments& given) {
  const std::size_t inflight = given.number("inflight", 1), threads = given.number("threads", 1);
  run_sides(given, [=](roles plays, auto ready) {
    real_loop on;
    if (plays.server) {
      const handle_id listener = open_listener(*on, address::loopback(0));
      set_option(*on, listener, socket_option::linger, 0);  // inherited: closing resets, which leaves no TIME_WAIT
      server_address = local_address(*on, listener);
      new acceptor(*on, listener, [&on](handle_id taken) { close_now(*on, taken); });
    }
    ready();
    if (plays.client) {
      for (std::size_t i = 0; i < inflight; ++i) new outgoing(*on, server_address);
    }
    on->run();
  });
  measure(given, fmt::format("accept-i{}-t{}", inflight, threads), "conn/s");
}

}  // namespace

void serve_operations(const arguments& given) {
  if (given.workload() == "pingpong") serve_pingpong(given);
  if (given.workload() == "stream") serve_stream(given);
  if (given.workload() == "accept") serve_accept(given);
}

}  // namespace bench::subject
