// Connections that speak lines of text: what the servers and clients of the rows talk.
//
//   line_server server(loop, [&](line_peer& from, std::string_view line) { from.send("got " + std::string(line)); });
//   server.listen(80);
//
//   line_peer peer(loop, "upstream");
//   peer.on_line([&](std::string_view reply) { ... });
//   peer.connect(address, [&](errc error) { peer.send("hello"); });
//
// Lines are sent and given without their '\n'. A peer must not be destroyed from inside its own callbacks: close it.
#ifndef TWINLOOP_SCENARIOS_BUGS_LINES_HPP
#define TWINLOOP_SCENARIOS_BUGS_LINES_HPP

#include <functional>
#include <list>
#include <string>
#include <string_view>

#include "twinloop/net.hpp"

namespace bugs {

class line_peer {
 public:
  explicit line_peer(twinloop::loop& loop, twinloop::label name = "peer") : stream_(loop, name) {}
  line_peer(twinloop::loop& loop, twinloop::accepted&& from, twinloop::label name = "peer");

  /// Reads from the moment it is connected.
  void connect(const twinloop::address& target, std::function<void(twinloop::errc)> done);
  void on_line(std::function<void(std::string_view)> callback) { on_line_ = std::move(callback); }
  /// The other side is done (ok) or the connection failed; without a callback the peer closes itself.
  void on_end(std::function<void(twinloop::errc)> callback) { on_end_ = std::move(callback); }
  /// Nothing once it is closing.
  void send(std::string line);
  /// Nothing if it is closing; no more lines afterwards. What was sent and not yet taken by the kernel is dropped.
  void close(std::function<void()> closed = {});
  bool closing() const { return stream_.is_closing(); }
  std::uint64_t id() const { return id_; }  ///< of a server's peers: from 1, never reused; else 0
  twinloop::tcp_stream& stream() { return stream_; }

 private:
  friend class line_server;
  void start_reading();
  void take(twinloop::result<std::span<std::byte>> data);
  void end(twinloop::errc error);
  std::string buffered_;
  std::function<void(twinloop::errc)> on_connect_;
  std::function<void(std::string_view)> on_line_;
  std::function<void(twinloop::errc)> on_end_;
  std::function<void()> on_closed_;
  std::uint64_t id_ = 0;
  twinloop::tcp_stream stream_;
};

class line_server {
 public:
  using handler = std::function<void(line_peer& from, std::string_view line)>;
  line_server(twinloop::loop& loop, handler on_line, twinloop::label name = "listener");

  twinloop::result<void> listen(std::uint16_t port);
  /// Told of every new connection, before its first line.
  void on_peer(std::function<void(line_peer&)> callback) { on_peer_ = std::move(callback); }
  /// Told when a peer's connection ended by itself or failed, before it is closed.
  void on_gone(std::function<void(line_peer&)> callback) { on_gone_ = std::move(callback); }
  /// The peer, or nullptr once it is closed. Ask again after every wait: peers come and go.
  line_peer* find(std::uint64_t id);
  /// Sends to a peer that may be gone.
  void send(std::uint64_t id, std::string line);
  void close();  ///< listener and peers

 private:
  twinloop::loop& loop_;
  handler on_line_;
  std::function<void(line_peer&)> on_peer_;
  std::function<void(line_peer&)> on_gone_;
  std::uint64_t last_id_ = 0;
  bool closed_ = false;
  std::list<line_peer> peers_;
  twinloop::tcp_listener listener_;
};

}  // namespace bugs

#endif
