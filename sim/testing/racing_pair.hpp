// The racing pair of a failure: two callbacks in no order by cause, whose order decides whether the program fails.
//
// Each choice that has to do with order is made smaller (held shorter, less late, put before fewer others), step by
// step down to nothing, all others as they are: the nearest run that does not fail is the failing one's neighbour. What
// the two have in another order is where the race is (inverted_pairs.hpp). The likeliest of these pairs are turned
// round one at a time, in either run (flip_test.hpp), and the one whose order decides by itself is named.
#ifndef TWINLOOP_SIM_TESTING_RACING_PAIR_HPP
#define TWINLOOP_SIM_TESTING_RACING_PAIR_HPP

#include "sim/testing/flip_test.hpp"

namespace twinloop::testing {

struct racing_pair {
  step_pair pair;
  flips tested;                  ///< what came of turning it round alone
  std::size_t deviation = 0;     ///< which of the run's deviations decides it, from 0
  sim::choice_record smaller{};  ///< that choice in the run that does not fail: 0 = natural
  std::size_t others = 0;        ///< further pairs that could race and that the two runs have in another order
  observation clean;             ///< the run that does not fail
};

/// The pair whose order decides, or nothing if none is there: it fails whatever the order, or by values and faults
/// only.
std::optional<racing_pair> find_racing_pair(experiments& lab, const observation& failing);

}  // namespace twinloop::testing

#endif
