// A row of the bug benchmark: one published event-order bug, rebuilt as a program, with its buggy and its fixed twin.
//
//   void run(sim::world& world, const dials& dial) {           // bNN_name.cpp
//     sim::host& server = world.add_host("server");
//     ... server.start(...), start_client(...), world.run() ...
//     world.check(owners <= 1, oracle, "two owner accounts");
//   }
//   extern const row bNN;
//   const row bNN{.id = "BNN", .fixed_id = "BNN.fixed", ..., .body = body_of<run>};
//
// Rules for a row: the natural order passes; the fixed twin never fails; the twins differ in the lines that the real
// fix changed; a bug ends in its oracle and never in a broken object (ask a flag or an id that is still there before
// what the original would have read from freed memory); everything that varies comes from the world and the dials.
#ifndef TWINLOOP_SCENARIOS_BUGS_BUG_HPP
#define TWINLOOP_SCENARIOS_BUGS_BUG_HPP

#include <cstdint>

#include "twinloop/sim.hpp"
#include "twinloop/testing.hpp"

namespace bugs {

namespace sim = twinloop::sim;
using namespace std::chrono_literals;

/// What a row can be varied by: the settings twin, clients, noise_chains, noise_length, latency of its scenario.
struct dials {
  bool buggy = true;               ///< twin=buggy|fixed
  std::uint32_t clients = 2;       ///< racing actors
  std::uint32_t noise_chains = 1;  ///< unrelated chains of callbacks beside the bug ...
  std::uint32_t noise_length = 3;  ///< ... and how many steps each has
  bool spread_latency = false;     ///< latency=fixed|spread: each client's link has a latency of its own
};
/// The dials of a scenario's settings, which are those of dial_settings().
dials read_dials(const twinloop::testing::configuration& settings);

using scenario_body = void (*)(sim::world& world, const twinloop::testing::configuration& settings);

struct row {
  const char* id;        ///< "B01", also the name of the buggy scenario
  const char* fixed_id;  ///< "B01.fixed"
  const char* name;      ///< a few words
  const char* origin;    ///< project and issue
  const char* oracle;    ///< name of the failure, as in "B01.request_on_closing_connection"
  std::uint32_t depth;   ///< estimate: order constraints beyond the natural order
  scenario_body body;
  std::uint32_t clients = 2;          ///< default of the dial
  std::uint32_t kinds = 0;            ///< choice kinds to search beside the orders
  bool fails_naturally = false;       ///< the natural order shows the bug
  bool counts_passing_order = false;  ///< published rates count runs that pass
  bool control = false;               ///< not expected to be found by sampling
};

template <void (*Run)(sim::world&, const dials&)>
void body_of(sim::world& world, const twinloop::testing::configuration& settings) {
  Run(world, read_dials(settings));
}

}  // namespace bugs

#endif
