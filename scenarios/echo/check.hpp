// The promises of the echo pair in a simulated world.
#ifndef TWINLOOP_SCENARIOS_ECHO_CHECK_HPP
#define TWINLOOP_SCENARIOS_ECHO_CHECK_HPP

#include "twinloop/sim.hpp"

namespace echo {

struct story_settings {
  std::uint32_t messages = 4;         ///< of each talking client
  bool drop_without_recheck = false;  ///< the buggy twin
};

/// One talking client, one that beats while it waits long, one that says nothing. Fails the world where a promise is
/// broken: echo.live_peers_are_kept, echo.live_servers_are_kept, echo.bytes_match, echo.backs_off_exponentially,
/// echo.idle_peers_are_dropped.
void run_story(twinloop::sim::world& world, const story_settings& settings);

}  // namespace echo

#endif
