// One client's connection: requests in, replies out in the order of the requests, each held back until what it tells
// is durable.
//
// Back-pressure: a connection is not read, and its requests wait, while its replies pile up (nobody reads them, or the
// disk is slow) or the log has more to write than it should. So memory is bounded whatever clients send.
#ifndef TWINLOOP_SCENARIOS_KV_SESSION_HPP
#define TWINLOOP_SCENARIOS_KV_SESSION_HPP

#include <cstdint>
#include <deque>
#include <string>

#include "scenarios/kv/database.hpp"
#include "scenarios/kv/options.hpp"
#include "scenarios/kv/resp_parser.hpp"
#include "twinloop/net.hpp"

namespace kv {

class session;

/// What a session needs of the server.
class session_owner {
 public:
  virtual database& data() = 0;
  virtual const options& settings() const = 0;
  /// Calls waiting.resume() when the log has gone on.
  virtual void wake_later(session& waiting) = 0;
  virtual void shut_down() = 0;
  /// The session is closed; this is its last call. Destroys it.
  virtual void forget(session& closed) = 0;

 protected:
  ~session_owner() = default;
};

class session {
 public:
  session(session_owner& owner, twinloop::loop& loop, twinloop::accepted&& peer, std::uint64_t number);

  std::uint64_t number() const { return number_; }
  /// The log has gone on: sends what may go now, and goes on with requests.
  void resume();
  /// Takes no more requests, sends what is to be sent, and closes.
  void finish();
  /// Closes at once; replies that wait are dropped.
  void close();

 private:
  /// Replies up to byte `end` of replies_, counted over the session's life, may go once the log has reached `position`.
  struct hold {
    std::uint64_t position;
    std::uint64_t end;
  };
  enum class state : std::uint8_t { serving, ending, lingering, closed };
  void take(twinloop::result<std::span<std::byte>> data);
  void process();
  void run_request(std::span<const std::string_view> arguments);
  void hold_from(std::size_t size_before, std::uint64_t position);
  bool blocked();
  void flush();
  void write(std::string bytes);
  void update_reading();
  void linger();

  session_owner& owner_;
  std::uint64_t number_;
  resp_parser parser_;
  std::string replies_;         // not yet given to the stream
  std::deque<hold> holds_;      // of replies_, ascending in both members
  std::uint64_t released_ = 0;  // reply bytes given to the stream since the session began
  state state_ = state::serving;
  bool reading_ = false;
  bool peer_done_ = false;  // nothing more comes from it
  bool waiting_ = false;    // resume() will be called
  twinloop::timer patience_;
  twinloop::tcp_stream stream_;
};

}  // namespace kv

#endif
