// The promises of the server, checked in a simulated world: acknowledged writes survive crashes, reads see acknowledged
// writes, replies match requests.
//
// A story: clients send requests in pipelines; the server may crash while they do, where the world chooses; when they
// are done the power fails, the server starts again, and an auditor reads everything.
#ifndef TWINLOOP_SCENARIOS_KV_CHECK_HPP
#define TWINLOOP_SCENARIOS_KV_CHECK_HPP

#include <cstdint>
#include <string>

#include "twinloop/sim.hpp"

namespace kv {

struct story_settings {
  std::string bug{};  ///< one of all_bugs(), or empty for the server as it should be
  std::uint32_t clients = 2;
  std::uint32_t requests = 5;      ///< of each client
  std::uint32_t pipeline = 2;      ///< requests that a client has under way
  std::uint32_t compact_at = 120;  ///< bytes of log
  bool crash = true;               ///< whether the server crashes once, after a chosen reply
  bool crash_anywhere = false;     ///< whether it may also crash before anything is delivered to it
  bool expiry = false;             ///< whether clients give keys a time to live, and pause
};

/// Runs the story and fails the world where a promise is broken: kv.acknowledged_writes_survive,
/// kv.reads_see_acknowledged_writes, kv.replies_match_requests, kv.server_recovers, kv.server_answers.
void run_story(twinloop::sim::world& world, const story_settings& settings);

}  // namespace kv

#endif
