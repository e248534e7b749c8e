// B07. An access proxy lets requests wait for a lookup that is under way instead of asking again. When the lookup
// fails, who started it gets the error; those who wait do not look at it and read a cache slot that is empty. The fix
// passes the error on to them. Origin: fiware-pep-steelskin #282.
#include "scenarios/bugs/single_flight.hpp"

namespace bugs {
namespace {
void run(sim::world& world, const dials& dial) { run_single_flight(world, dial, true); }
}  // namespace

extern const row b07;
const row b07{.id = "B07",
              .fixed_id = "B07.fixed",
              .name = "those who wait for a lookup that fails read an empty cache",
              .origin = "fiware-pep-steelskin #282",
              .oracle = oracle_of_errors,
              .depth = 2,
              .body = body_of<run>};

}  // namespace bugs
