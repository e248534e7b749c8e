// What people read about a failure, and what tools do.
#ifndef TWINLOOP_SIM_TESTING_REPORT_HPP
#define TWINLOOP_SIM_TESTING_REPORT_HPP

#include <nlohmann/json_fwd.hpp>

#include "sim/testing/finding.hpp"

namespace twinloop::testing {

/// Terminal colours, or nothing.
struct palette {
  const char* failed = "";
  const char* good = "";
  const char* dim = "";
  const char* off = "";
  /// Colours if `descriptor` is a terminal and NO_COLOR is not set.
  static palette for_descriptor(int descriptor);
};

struct report_lines {
  std::string replay;     ///< the command that runs it again; empty = none
  std::string shrink;     ///< the command that makes it smaller; empty = none
  std::string explain{};  ///< the command that says more about it; empty = none
};

/// The report of a failing run: what broke, how it differs from the natural order, how to run it again.
std::string failure_report(const finding& found, const report_lines& lines, const palette& colours);

/// The same for tools.
nlohmann::json failure_json(const finding& found, const std::string& file);

}  // namespace twinloop::testing

#endif
