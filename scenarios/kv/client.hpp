// A client of the server: one connection, requests in a pipeline, replies matched to them in order.
#ifndef TWINLOOP_SCENARIOS_KV_CLIENT_HPP
#define TWINLOOP_SCENARIOS_KV_CLIENT_HPP

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/kv/reply_parser.hpp"
#include "twinloop/net.hpp"

namespace kv {

class client {
 public:
  /// Gets the reply, or nullptr when the connection was lost first: then the request may have been executed or not.
  using reply_callback = twinloop::unique_function<void(const reply* answer)>;

  client(twinloop::loop& loop, const twinloop::address& server) : loop_(&loop), server_(server) {}

  /// Connects anew; `done` gets whether it worked. Not while connected() or connecting.
  void connect(twinloop::unique_function<void(bool)> done);
  bool connected() const { return connected_; }
  /// Neither connected, nor connecting, nor still closing.
  bool can_connect() const { return !stream_; }
  /// Which connection this is, counted from 1.
  std::uint64_t connection() const { return connection_; }
  /// Called after a connection was lost and every request on it has got its nullptr.
  void on_lost(twinloop::unique_function<void()> callback) { on_lost_ = std::move(callback); }
  /// Called with what came although nothing was asked, or was no reply at all.
  void on_nonsense(twinloop::unique_function<void(std::string)> callback) { on_nonsense_ = std::move(callback); }

  void send(const std::vector<std::string>& words, reply_callback done);
  std::size_t outstanding() const { return waiting_.size(); }
  /// Takes the connection for dead, as if it had been lost.
  void give_up() { lose(); }
  /// Ends the connection; on_lost is not called.
  void close();

 private:
  void take(twinloop::result<std::span<std::byte>> data);
  void lose();
  void gone();

  twinloop::loop* loop_;
  twinloop::address server_;
  std::optional<twinloop::tcp_stream> stream_;
  reply_parser parser_;
  std::deque<reply_callback> waiting_;
  twinloop::unique_function<void(bool)> on_connect_;
  twinloop::unique_function<void()> on_lost_;
  twinloop::unique_function<void(std::string)> on_nonsense_;
  std::uint64_t connection_ = 0;
  bool connected_ = false;
  bool wanted_ = false;  // not closed by us
};

/// A request as clients send it: an array of bulk strings.
std::string encode_request(const std::vector<std::string>& words);

}  // namespace kv

#endif
