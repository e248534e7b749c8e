// The deviations of a run in the program's own words.
#ifndef TWINLOOP_SIM_TESTING_EXPLAIN_HPP
#define TWINLOOP_SIM_TESTING_EXPLAIN_HPP

#include "sim/testing/observation.hpp"

namespace twinloop::testing {

/// One sentence for each answer that was not the natural one, in the order of the run, at most `limit`.
std::vector<std::string> explain_deviations(const observation& seen, std::size_t limit);

}  // namespace twinloop::testing

#endif
