// What the environment says about tests made with TWINLOOP_TEST.
#include "sim/testing/gtest_environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "sim/testing/budget.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

constexpr std::uint64_t jobs_max = 1024;
constexpr std::uint64_t stall_seconds_max = 1'000'000;

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::optional<std::uint64_t> number(const char* name) {
  const std::optional<std::string> text = variable(name);
  if (!text) return std::nullopt;
  const std::optional<std::uint64_t> value = parse_number(*text);
  if (!value)
    throw std::invalid_argument(fmt::format("{}={}: that is no number (decimal, or hex after 0x)", name, *text));
  return value;
}

/// A number from 1 to `most`.
std::optional<std::uint64_t> number_within(const char* name, std::uint64_t most) {
  const std::optional<std::uint64_t> value = number(name);
  if (value && (*value == 0 || *value > most)) {
    throw std::invalid_argument(fmt::format("{}={}: write a number from 1 to {}", name, *value, most));
  }
  return value;
}

budget budget_variable() {
  const std::optional<std::string> text = variable("TWINLOOP_BUDGET");
  if (!text) return {};
  std::string error;
  const std::optional<budget> limits = parse_budget(*text, error);
  if (!limits) throw std::invalid_argument(fmt::format("TWINLOOP_BUDGET={}: {}", *text, error));
  return *limits;
}

}  // namespace

gtest_environment read_gtest_environment() {
  gtest_environment read;
  read.seed = number("TWINLOOP_SEED").value_or(read.seed);
  const budget limits = budget_variable();
  read.runs = number("TWINLOOP_RUNS");
  if (!read.runs) read.runs = limits.runs;
  read.seconds = limits.seconds;
  read.only_run = number("TWINLOOP_RUN");
  read.jobs = static_cast<unsigned>(number_within("TWINLOOP_JOBS", jobs_max).value_or(0));
  if (const auto seconds = number_within("TWINLOOP_STALL", stall_seconds_max)) {
    read.stall = std::chrono::seconds(*seconds);
  }
  read.replay = variable("TWINLOOP_REPLAY");
  read.explain = variable("TWINLOOP_EXPLAIN");
  read.replay_files = variable("TWINLOOP_REPLAY_DIR");
  return read;
}

}  // namespace twinloop::testing
