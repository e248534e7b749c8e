// The pairs of steps that two runs of one program have in another order and that could race, the likeliest first. What
// is said here is read off the two runs; flip_test.hpp tries it.
#ifndef TWINLOOP_SIM_TESTING_INVERTED_PAIRS_HPP
#define TWINLOOP_SIM_TESTING_INVERTED_PAIRS_HPP

#include "sim/testing/observation.hpp"

namespace twinloop::testing {

/// Two steps that are in one order in the clean run and in the other in the failing one.
struct step_pair {
  trace_step first;  ///< before the other in the clean run
  trace_step second;
  bool first_ran = true;   ///< false: the failure came before it
  bool share_key = false;  ///< they touch the same thing; else they are callbacks of one process
  bool doubtful = false;   ///< one made the other possible, or led to nothing
};

/// Pairs of `clean` that `failing` has the other way round and that could race: they touch the same thing, or belong to
/// one process without saying what they touch, and are of one life of it: a restart stands between all that was before
/// and all that comes after. That a thread of the pool takes a job is no callback of anybody. A step whose text says
/// another place in the other run is another step.
///
/// The likeliest first: neither made the other possible; both led on to something, or are the failure (else no callback
/// of the program ran, as far as can be seen); they belong to one process; they do not merely follow from another pair
/// that is inverted; a deviation is about one of them; they touch the same thing; they are near to the failure.
std::vector<step_pair> inverted_pairs(const observation& failing, const observation& clean);

/// Whether a step is the simulator's own: a thread of the pool takes a job.
bool is_bookkeeping(const observation& seen, std::uint64_t identity);

}  // namespace twinloop::testing

#endif
