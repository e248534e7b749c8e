// The deviations of a run in the program's own words.
#ifndef TWINLOOP_SIM_TESTING_EXPLAIN_HPP
#define TWINLOOP_SIM_TESTING_EXPLAIN_HPP

#include "sim/testing/observation.hpp"

namespace twinloop::testing {

/// One sentence for each answer that was not the natural one, in the order of the run, at most `limit`. With the steps
/// of the natural run (and of `seen`) those about something that waits say what it waited for.
std::vector<std::string> explain_deviations(const observation& seen, std::size_t limit,
                                            const observation* natural = nullptr);

/// Two steps by their names; where these are the same, with which one of that name each is.
std::pair<std::string, std::string> told_apart(std::string name, std::uint32_t occurrence, std::string other,
                                               std::uint32_t other_occurrence);

/// The deviations of a run by what they are for a person.
struct deviation_counts {
  std::uint64_t faults = 0;  ///< something fails: the network, a disk, a process, a resource
  std::uint64_t drawn = 0;   ///< values that the test draws
  std::uint64_t others = 0;  ///< when and in which order things happen, and how much a transfer moves
};
deviation_counts count_deviations(const observation& seen);

}  // namespace twinloop::testing

#endif
