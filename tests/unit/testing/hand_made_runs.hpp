// Runs made by hand: steps of one process, whose identities are letters.
#ifndef TWINLOOP_TESTS_UNIT_TESTING_HAND_MADE_RUNS_HPP
#define TWINLOOP_TESTS_UNIT_TESTING_HAND_MADE_RUNS_HPP

#include <stdexcept>
#include <string>

#include "sim/testing/observation.hpp"

namespace hand_made {

inline twinloop::testing::observation run_of(const std::string& letters) {
  twinloop::testing::observation seen;
  for (const char letter : letters) {
    twinloop::testing::trace_step step;
    step.identity = step.label = static_cast<std::uint64_t>(letter);
    step.process = 1;
    step.time = static_cast<std::int64_t>(seen.steps.size()) * 1'000'000;
    seen.steps.push_back(step);
    std::string& name = seen.step_names[step.identity];
    name = "step ";
    name += letter;
    name += " [file.cpp:1]";
  }
  return seen;
}

inline twinloop::testing::trace_step& step_of(twinloop::testing::observation& seen, char letter) {
  for (twinloop::testing::trace_step& each : seen.steps) {
    if (each.identity == static_cast<std::uint64_t>(letter)) return each;
  }
  throw std::out_of_range("no such step");
}

inline void touch(twinloop::testing::observation& seen, char letter, std::uint64_t key) {
  step_of(seen, letter).keys.push_back({key, true});
}

/// Step number `later`, from 1, was made by step number `earlier`.
inline void cause(twinloop::testing::observation& seen, std::uint64_t earlier, std::uint64_t later) {
  seen.steps.at(later - 1).cause = earlier;
}

}  // namespace hand_made

#endif
