// The racing pair of a failure: two callbacks in no order by cause, whose order decides whether the program fails.
//
// Each choice that has to do with order is made smaller (held shorter, less late, put before fewer others), step by
// step down to nothing, all others as they are: the nearest run that does not fail is the failing one's neighbour. What
// the two have in another order is where the race is: a pair that touches something in common, or belongs to one
// process without saying what it touches, and of which neither caused the other. Both orders have been run, then.
#ifndef TWINLOOP_SIM_TESTING_RACING_PAIR_HPP
#define TWINLOOP_SIM_TESTING_RACING_PAIR_HPP

#include "sim/testing/experiments.hpp"

namespace twinloop::testing {

/// Two steps that are in one order in the natural run and in the other in the failing one.
struct step_pair {
  trace_step first;  ///< naturally before the other
  trace_step second;
  bool first_ran = true;   ///< false: the failure came before it
  bool share_key = false;  ///< they touch the same thing; else they are callbacks of one process
};

struct racing_pair {
  step_pair pair;
  std::size_t deviation = 0;     ///< which of the run's deviations decides it, from 0
  sim::choice_record smaller{};  ///< that choice in the run that does not fail: 0 = natural
  std::size_t others = 0;        ///< further pairs that could race and that the two runs have in another order
  observation clean;             ///< the run that does not fail
};

/// Pairs of `natural` (or any other run) that `failing` has the other way round and that could race, the likeliest
/// first: neither made the other possible, a deviation is about one of them, they belong to one process, they touch the
/// same thing, they are near to the failure.
std::vector<step_pair> inverted_pairs(const observation& failing, const trace& natural);

/// The pair whose order decides, or nothing if none is there: it fails whatever the order, or by values and faults
/// only.
std::optional<racing_pair> find_racing_pair(experiments& lab, const observation& failing);

}  // namespace twinloop::testing

#endif
