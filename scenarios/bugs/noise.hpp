// Chains of callbacks that have nothing to do with the bug: each step of a chain starts the next one. The first chain
// runs on timers, the second on the pool, the third over a socket, and so on in turn.
#ifndef TWINLOOP_SCENARIOS_BUGS_NOISE_HPP
#define TWINLOOP_SCENARIOS_BUGS_NOISE_HPP

#include <list>
#include <memory>
#include <vector>

#include "scenarios/bugs/background.hpp"
#include "scenarios/bugs/bug.hpp"
#include "scenarios/bugs/lines.hpp"

namespace bugs {

class noise {
 public:
  /// Starts the chains that `dial` asks for on `loop`; they end by themselves.
  noise(twinloop::loop& loop, const dials& dial);

 private:
  struct echo {
    explicit echo(twinloop::loop& loop);
    line_server server;
    line_peer peer;
  };
  void timer_step(std::uint32_t left);
  void pool_step(std::uint32_t left);
  void start_socket_chain(std::uint32_t length);
  twinloop::loop& loop_;
  background background_;
  std::list<echo> echoes_;
};

}  // namespace bugs

#endif
