// What the environment says about tests made with TWINLOOP_TEST.
#ifndef TWINLOOP_SIM_TESTING_GTEST_ENVIRONMENT_HPP
#define TWINLOOP_SIM_TESTING_GTEST_ENVIRONMENT_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace twinloop::testing {

struct gtest_environment {
  std::uint64_t seed = 1;                     ///< TWINLOOP_SEED
  std::optional<std::uint64_t> runs{};        ///< TWINLOOP_RUNS, or the runs of TWINLOOP_BUDGET
  std::optional<double> seconds{};            ///< the time of TWINLOOP_BUDGET
  std::optional<std::uint64_t> only_run{};    ///< TWINLOOP_RUN
  unsigned jobs = 0;                          ///< TWINLOOP_JOBS: worker processes; 0 = in the test's own process
  std::chrono::milliseconds stall{10'000};    ///< TWINLOOP_STALL, in seconds: what counts as an endless loop
  std::optional<std::string> replay{};        ///< TWINLOOP_REPLAY: a file
  std::optional<std::string> explain{};       ///< TWINLOOP_EXPLAIN: a file
  std::optional<std::string> replay_files{};  ///< TWINLOOP_REPLAY_DIR
};

/// Reads it; throws std::invalid_argument with a sentence about a variable that cannot be used.
gtest_environment read_gtest_environment();

}  // namespace twinloop::testing

#endif
