// An echo server: sends back what it gets, and drops peers that say nothing for too long.
#ifndef TWINLOOP_SCENARIOS_ECHO_SERVER_HPP
#define TWINLOOP_SCENARIOS_ECHO_SERVER_HPP

#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "twinloop/net.hpp"

namespace echo {

struct server_options {
  twinloop::address bind = twinloop::address::loopback(7007);
  twinloop::duration idle_timeout = std::chrono::seconds(30);
  /// The bug of the buggy twin: a peer that was found idle is dropped at the end of the turn, whatever it said
  /// meanwhile.
  bool drop_without_recheck = false;
};

class server {
 public:
  server(twinloop::loop& loop, const server_options& options);

  /// Starts to listen. Errors: those of tcp_listener::listen.
  twinloop::result<void> start();
  twinloop::result<twinloop::address> local() const { return listener_.local(); }
  std::size_t peers() const { return sessions_.size(); }
  /// Called when a peer is dropped, with how long it had been silent.
  void on_idle_drop(twinloop::unique_function<void(twinloop::duration silence)> callback) {
    on_idle_drop_ = std::move(callback);
  }

 private:
  struct session {
    session(server& owner, twinloop::accepted&& peer);
    void take(twinloop::result<std::span<std::byte>> data);
    twinloop::duration silence() const;
    void found_idle();
    void close();

    server& owner_;
    std::list<session>::iterator self_;
    twinloop::time_point last_heard_;
    bool peer_done_ = false;
    twinloop::timer idle_;
    twinloop::tcp_stream stream_;
  };
  void drop_idle();

  twinloop::loop& loop_;
  server_options options_;
  twinloop::tcp_listener listener_;
  std::list<session> sessions_;
  std::vector<session*> found_idle_;  // to be dropped at the end of the turn
  twinloop::unique_function<void(twinloop::duration)> on_idle_drop_;
};

/// The program: echo_server [--bind ADDRESS] [--port N] [--idle-ms N]. Exit status: 1 cannot listen, 2 wrong use.
int echo_main(twinloop::loop& loop, twinloop::arguments words);

}  // namespace echo

#endif
