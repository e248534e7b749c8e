// The source of a GoogleTest test that runs one failing schedule again: to be pasted into the program's own tests.
#ifndef TWINLOOP_SIM_TESTING_REGRESSION_TEST_HPP
#define TWINLOOP_SIM_TESTING_REGRESSION_TEST_HPP

#include "sim/testing/finding.hpp"

namespace twinloop::testing {

struct regression_subject {
  const subject* what = nullptr;
  std::uint64_t data_seed = 0;
  std::string scenarios;  ///< how a test spells the list that scenario_main was given: "kv::scenarios()"
  std::string file;       ///< the replay file
  bool as_list = true;    ///< the deviations alone bring the failure back; else the test reads the file
};

/// The test: fails while the bug is there, and passes once it is not. Each deviation stands in it with its sentence.
std::string regression_test(const finding& found, const regression_subject& about, const observation& natural);

}  // namespace twinloop::testing

#endif
