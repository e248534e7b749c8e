// B06. An access proxy lets requests wait for a lookup that is under way instead of asking again. The channel on which
// they wait belongs to the type of the key, so that a request for another key of the same type is answered with the
// first one's result. The fix gives each key a channel of its own. Origin: fiware-pep-steelskin #269, fixed by #273.
#include "scenarios/bugs/single_flight.hpp"

namespace bugs {
namespace {
void run(sim::world& world, const dials& dial) { run_single_flight(world, dial, false); }
}  // namespace

extern const row b06;
const row b06{.id = "B06",
              .fixed_id = "B06.fixed",
              .name = "a request that waits for another key's lookup gets its result",
              .origin = "fiware-pep-steelskin #269, #273",
              .oracle = oracle_of_keys,
              .depth = 1,
              .body = body_of<run>};

}  // namespace bugs
