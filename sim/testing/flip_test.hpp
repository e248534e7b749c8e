// Whether the order of one pair of steps decides on a failure: it is turned round, and nothing else that is chosen.
#ifndef TWINLOOP_SIM_TESTING_FLIP_TEST_HPP
#define TWINLOOP_SIM_TESTING_FLIP_TEST_HPP

#include "sim/testing/experiments.hpp"
#include "sim/testing/inverted_pairs.hpp"

namespace twinloop::testing {

/// What came of turning a pair round in one of the two runs.
struct flip {
  enum class outcome : std::uint8_t {
    untested,  ///< the step cannot be kept back until the other has run: the other waits for it, or comes too late
    decides,   ///< with the other order the run ends the other way
    does_not,  ///< it ends as before
    fails_otherwise,
  };
  outcome came = outcome::untested;
  std::string failure;  ///< fails_otherwise: which one
  bool decides() const { return came == outcome::decides; }
  bool tested() const { return came != outcome::untested; }
};

/// A pair that is the race passes both tests. One that comes after it does not: to hold back what came of the second
/// step does not undo the second step.
struct flips {
  flip to_clean;    ///< the failing run, with the second step kept back until the first has run
  flip to_failing;  ///< the clean run, with the first step kept back until the second has run
  int passed() const { return (to_clean.decides() ? 1 : 0) + (to_failing.decides() ? 1 : 0); }
  int not_passed() const { return (to_clean.tested() ? 1 : 0) + (to_failing.tested() ? 1 : 0) - passed(); }
  bool both_decide() const { return passed() == 2; }
};

/// A step is kept back in each of two ways: by what decides how long it takes (delaying_choice.hpp), and by holding
/// its completion; each as briefly as will do, since everything else goes on meanwhile.
flips test_flips(experiments& lab, const step_pair& pair, const observation& failing, const observation& clean);

}  // namespace twinloop::testing

#endif
