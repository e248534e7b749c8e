// The settings of scenarios: which there are, and which values each takes.
#ifndef TWINLOOP_SIM_TESTING_SETTINGS_HPP
#define TWINLOOP_SIM_TESTING_SETTINGS_HPP

#include <optional>
#include <string>

#include "twinloop/testing.hpp"

namespace twinloop::testing {

/// What is wrong with the first of `settings` that `story` does not know or take, as a sentence.
std::optional<std::string> wrong_setting(const scenario& story, const configuration& settings);

}  // namespace twinloop::testing

#endif
