// Clients that drive a row like users do: requests on a connection, each at its time.
//
//   start_client(world, dial, 0, server, {{0ms, "GET a"}, {2ms, "GET b"}},
//                [&](std::size_t request, std::string_view reply) { ... });
#ifndef TWINLOOP_SCENARIOS_BUGS_CLIENT_HPP
#define TWINLOOP_SCENARIOS_BUGS_CLIENT_HPP

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/bugs/bug.hpp"

namespace bugs {

struct timed_request {
  twinloop::duration at;  ///< after the client was started, but never before it is connected
  std::string line;
};

/// Called for each line that comes back; `index` counts them.
using reply_handler = std::function<void(std::size_t index, std::string_view reply)>;

/// The host "client-<index>", linked to `server` with the latency that the dials ask for: 100 us, or when spread a
/// choice among 100, 200, 400 and 800 us.
sim::host& add_client_host(sim::world& world, const dials& dial, std::uint32_t index, const sim::host& server);

/// A client process on a host of its own: connects to port 80 of `server` (again and again until somebody listens),
/// sends its requests, and ends when as many lines have come back or the connection has ended.
void start_client(sim::world& world, const dials& dial, std::uint32_t index, const sim::host& server,
                  std::vector<timed_request> requests, reply_handler on_reply = {});

}  // namespace bugs

#endif
