// pingpong, stream and accept on tcp_listener and tcp_stream: the tier that most programs use.
#include <cstddef>
#include <cstring>
#include <vector>

#include "harness/net_workloads.hpp"
#include "subject/real_loop.hpp"
#include "subject/serve.hpp"
#include "twinloop/net.hpp"

namespace bench::subject {
namespace {

using namespace twinloop;

address server_address;  // written by the server's side before it reports ready

/// The bytes that a callback got, or the end of the program.
std::span<std::byte> received(result<std::span<std::byte>>& data) {
  require(data.error(), "read");
  if (data->empty()) fail("end of stream");
  return *data;
}

/// Sends back what comes. The data is only lent to the callback, so it is copied into a buffer of the connection's own.
class echo_session {
 public:
  echo_session(class loop& loop, accepted&& peer) : stream_(loop, std::move(peer)), out_(read_size) {
    require(stream_.no_delay(true).error(), "no_delay");
    stream_.on_read([this](result<std::span<std::byte>> data) { echo(received(data)); });
    stream_.read_start();
  }

 private:
  void echo(std::span<std::byte> data) {
    if (stream_.write_queue_size() != 0) {  // the buffer is still being sent
      stream_.write(std::string(reinterpret_cast<const char*>(data.data()), data.size()));
      return;
    }
    std::memcpy(out_.data(), data.data(), data.size());
    stream_.write({out_.data(), data.size()}, {});
  }

  tcp_stream stream_;
  std::vector<std::byte> out_;
};

class client_session {
 public:
  client_session(class loop& loop, std::size_t size) : stream_(loop), out_(size) {
    stream_.on_read([this](result<std::span<std::byte>> data) {
      received_ += received(data).size();
      if (received_ < out_.size()) return;
      received_ = 0;
      bump();
      stream_.write(out_, {});
    });
    stream_.connect(server_address, [this](errc outcome) {
      require(outcome, "connect");
      require(stream_.no_delay(true).error(), "no_delay");
      stream_.read_start();
      stream_.write(out_, {});
    });
  }

 private:
  tcp_stream stream_;
  std::vector<std::byte> out_;
  std::size_t received_ = 0;
};

class sink_session {
 public:
  sink_session(class loop& loop, accepted&& peer) : stream_(loop, std::move(peer)) {
    stream_.on_read([](result<std::span<std::byte>> data) { bump(received(data).size()); });
    stream_.read_start();
  }

 private:
  tcp_stream stream_;
};

class source_session {
 public:
  source_session(class loop& loop, std::size_t chunk) : stream_(loop), out_(chunk) {
    stream_.connect(server_address, [this](errc outcome) {
      require(outcome, "connect");
      send();
    });
  }

 private:
  void send() {
    stream_.write(out_, [this](errc outcome, std::size_t) {
      require(outcome, "write");
      send();
    });
  }

  tcp_stream stream_;
  std::vector<std::byte> out_;
};

/// Accepts and resets.
class reset_session {
 public:
  reset_session(class loop& loop, accepted&& peer) : stream_(loop, std::move(peer)) {
    stream_.close_reset([this] { delete this; });
  }

 private:
  tcp_stream stream_;
};

/// One connect -> wait for the reset -> close cycle after the other.
void connect_next(class loop& loop) {
  auto* stream = new tcp_stream(loop);
  auto finish = [stream, &loop] {
    stream->close([stream, &loop] {
      delete stream;
      bump();
      connect_next(loop);
    });
  };
  stream->on_read([finish](result<std::span<std::byte>>) { finish(); });
  stream->connect(server_address, [stream, finish](errc outcome) {
    if (outcome != errc::ok) return finish();  // the reset was faster
    stream->read_start();
  });
}

template <class Session>
void listen(class loop& loop) {
  auto* listener = new tcp_listener(loop);
  auto serve = [&loop](result<accepted> peer) {
    require(peer.error(), "accept");
    new Session(loop, std::move(*peer));
  };
  require(listener->listen(address::loopback(0), serve, {.backlog = 4096}).error(), "listen");
  server_address = *listener->local();
}

template <class Server, class Client>
void run_sessions(const arguments& given, std::size_t size) {
  const std::size_t count = given.number("conns", 1);
  run_sides(given, [=](roles plays, auto ready) {
    real_loop on;
    if (plays.server) listen<Server>(*on);
    ready();
    if (plays.client) {
      for (std::size_t i = 0; i < count; ++i) new Client(*on, size);
    }
    on->run();
  });
}

[[noreturn]] void serve_accept(const arguments& given) {
  const std::size_t inflight = given.number("inflight", 1), threads = given.number("threads", 1);
  run_sides(given, [=](roles plays, auto ready) {
    real_loop on;
    if (plays.server) listen<reset_session>(*on);
    ready();
    if (plays.client) {
      for (std::size_t i = 0; i < inflight; ++i) connect_next(*on);
    }
    on->run();
  });
  measure(given, fmt::format("accept-i{}-t{}", inflight, threads), "conn/s");
}

}  // namespace

void serve_streams(const arguments& given) {
  const std::size_t connections = given.number("conns", 1), threads = given.number("threads", 1);
  if (given.workload() == "pingpong") {
    const std::size_t size = given.number("size", 64);
    run_sessions<echo_session, client_session>(given, size);
    measure(given, fmt::format("pingpong-{}B-c{}-t{}", size, connections, threads), "rt/s");
  }
  if (given.workload() == "stream") {
    const std::size_t chunk = given.number("chunk", 65536);
    run_sessions<sink_session, source_session>(given, chunk);
    measure(given, fmt::format("stream-{}K-c{}-t{}", chunk / 1024, connections, threads), "GB/s", 1e-9);
  }
  if (given.workload() == "accept") serve_accept(given);
}

}  // namespace bench::subject
