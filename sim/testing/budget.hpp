// How long a search may take: time, runs, or both.
#ifndef TWINLOOP_SIM_TESTING_BUDGET_HPP
#define TWINLOOP_SIM_TESTING_BUDGET_HPP

#include <cstdint>
#include <optional>
#include <string>

namespace twinloop::testing {

struct budget {
  std::optional<std::uint64_t> runs;
  std::optional<double> seconds;  ///< wall time
};

/// "30s", "5m", "2h", "10000runs", "10000", or several with commas between them, of which each limits. Nothing, and a
/// sentence in `error`, if it is none of these.
std::optional<budget> parse_budget(const std::string& text, std::string& error);

}  // namespace twinloop::testing

#endif
