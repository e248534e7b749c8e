// Whether the order of one pair of steps decides on a failure: it is turned round, and nothing else that is chosen.
#ifndef TWINLOOP_SIM_TESTING_FLIP_TEST_HPP
#define TWINLOOP_SIM_TESTING_FLIP_TEST_HPP

#include "sim/testing/experiments.hpp"
#include "sim/testing/inverted_pairs.hpp"

namespace twinloop::testing {

enum class flip : std::uint8_t {
  untested,  ///< the step cannot be held back until the other has run: due timers, what the other waits for
  decides,   ///< with the other order the run ends the other way
  does_not,  ///< it ends as before, or fails otherwise
};

/// A pair that is the race passes both tests. One that merely comes before it or after it does not: to hold back what
/// came of the second step, or the second step for what came of the first, does not turn the two themselves round.
struct flips {
  flip to_clean = flip::untested;    ///< the failing run, with the second step held until the first has run
  flip to_failing = flip::untested;  ///< the clean run, with the first step held until the second has run
  int passed() const { return (to_clean == flip::decides ? 1 : 0) + (to_failing == flip::decides ? 1 : 0); }
  int not_passed() const { return (to_clean == flip::does_not ? 1 : 0) + (to_failing == flip::does_not ? 1 : 0); }
  bool both_decide() const { return passed() == 2; }
};

flips test_flips(experiments& lab, const step_pair& pair, const observation& failing, const observation& clean);

}  // namespace twinloop::testing

#endif
