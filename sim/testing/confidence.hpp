// How sure an explanation is: what was run to test it, and how that ended.
#ifndef TWINLOOP_SIM_TESTING_CONFIDENCE_HPP
#define TWINLOOP_SIM_TESTING_CONFIDENCE_HPP

#include "sim/testing/experiments.hpp"

namespace twinloop::testing {

struct confidence {
  std::uint64_t replays = 0;
  std::uint64_t identical = 0;       ///< replays with the same failure and trace hash
  std::vector<std::string> without;  ///< outcome when deviation k alone is left out, in the order of the run
  std::uint64_t needless = 0;        ///< deviations that could be left out, and it still failed alike
  std::uint64_t random = 0;          ///< runs whose other choices are random
  std::uint64_t fail_with = 0;       ///< how many of them fail alike with the deviations
  std::uint64_t fail_without = 0;    ///< and without them
};

/// Runs what the numbers need: replays, each deviation left out, random surroundings.
confidence test_explanation(experiments& lab, const observation& failing);

/// Three lines for people.
std::string confidence_text(const confidence& sure);

}  // namespace twinloop::testing

#endif
