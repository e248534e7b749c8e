// A client of the echo server that stays connected: it beats when it has nothing to say, gives a connection up when
// echoes do not come in time, and connects again with exponential back-off. What was not echoed is said again.
#ifndef TWINLOOP_SCENARIOS_ECHO_PEER_HPP
#define TWINLOOP_SCENARIOS_ECHO_PEER_HPP

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "twinloop/net.hpp"

namespace echo {

struct peer_options {
  twinloop::address server{};
  twinloop::duration beat_every = std::chrono::seconds(10);  ///< of silence; zero = never
  twinloop::duration answer_within =
      std::chrono::seconds(5);  ///< without a byte of echo, the connection counts as dead
  twinloop::duration backoff_min = std::chrono::milliseconds(100);
  twinloop::duration backoff_max = std::chrono::seconds(30);
};

/// What a peer tells whoever watches it.
class peer_watcher {
 public:
  virtual void echoed(const std::string& message) = 0;
  /// An echo differed from what was said.
  virtual void mismatch() = 0;
  /// A connection was given up after `silence` without an expected echo.
  virtual void gave_up(twinloop::duration silence) = 0;
  /// The next attempt to connect, the `attempt`th since the last that worked (1..), comes after `delay`.
  virtual void backs_off(std::uint32_t attempt, twinloop::duration delay) = 0;

 protected:
  ~peer_watcher() = default;
};

class peer {
 public:
  peer(twinloop::loop& loop, const peer_options& options, peer_watcher& watcher);

  void start();
  void say(std::string message);  ///< not empty
  bool connected() const { return connected_; }
  /// Ends it for good.
  void close();

 private:
  void connect();
  void take(twinloop::result<std::span<std::byte>> data);
  bool match(std::string_view bytes);
  void transmit(const std::string& message);
  void lose();
  void gone();
  void back_off();

  twinloop::loop& loop_;
  peer_options options_;
  peer_watcher& watcher_;
  std::optional<twinloop::tcp_stream> stream_;
  std::deque<std::string> unanswered_;    // said and not wholly echoed, oldest first
  std::size_t matched_ = 0;               // bytes of the oldest that were echoed on this connection
  twinloop::time_point waiting_since_{};  // when the echo that is due now began to be waited for
  std::uint32_t attempts_ = 0;
  bool connected_ = false;
  bool closed_ = false;
  twinloop::timer beat_;
  twinloop::timer deadline_;
  twinloop::timer retry_;
};

/// The nominal delay before attempt `attempt` (1..): min, 2 min, 4 min ... up to max.
twinloop::duration backoff_delay(const peer_options& options, std::uint32_t attempt);

}  // namespace echo

#endif
