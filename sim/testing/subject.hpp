// What is run again and again: a scenario with its settings, or the body of a GoogleTest test.
#ifndef TWINLOOP_SIM_TESTING_SUBJECT_HPP
#define TWINLOOP_SIM_TESTING_SUBJECT_HPP

#include <functional>
#include <string>
#include <vector>

#include "twinloop/testing.hpp"

namespace twinloop::testing {

struct size_setting {
  std::string name;
  std::uint64_t min = 1;  ///< nothing less is tried
};

struct subject {
  std::string name;
  std::function<void(sim::world&, const configuration&)> body;
  configuration settings;
  std::uint32_t kinds = 0;  ///< kinds that a search of it may use
  /// Failures that some other test library has counted so far; what a run adds to them is that run's failure.
  std::function<std::vector<sim::failure>()> expectations{};
  std::vector<size_setting> sizes{};            ///< settings that say how much work there is
  sim::strategy how = sim::strategy::rotation;  ///< who answers a search of it
  sim::search_model learned{};                  ///< what a search knows of it; see learning.hpp
};

/// The subject of `story` under `settings`; what they leave open is as the scenario's defaults say. Throws
/// std::invalid_argument for settings that it does not take.
subject make_subject(const scenario& story, configuration settings);

/// A run that did not end clean.
inline bool failing(const run_result& result) { return result.ended != sim::outcome::clean; }

/// Whether two failing runs show the same bug: outcome and name of the failure.
inline bool same_failure(const run_result& a, const run_result& b) {
  return a.ended == b.ended && a.broke.name == b.broke.name;
}

}  // namespace twinloop::testing

#endif
