// What became of one failure that was found: the figures of shrinking it.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_SHRUNK_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_SHRUNK_HPP

#include <optional>
#include <string>
#include <vector>

#include "scenarios/bugs/bench/optimum.hpp"
#include "sim/testing/subject.hpp"

namespace bugs::bench {

inline constexpr std::uint64_t enumerated_max = 50'000;  ///< runs, for the optimum of one seed

struct found_failure {
  const twinloop::testing::subject* what = nullptr;
  std::string contender;
  std::uint64_t seed = 0;
  std::vector<twinloop::sim::choice_record> choices;
  twinloop::testing::run_result broke;
};

struct shrunk {
  std::string contender;
  std::uint64_t seed = 0;
  std::uint64_t before = 0;      ///< deviations of the run that was found
  std::uint64_t after = 0;       ///< and of what is left
  std::uint64_t executions = 0;  ///< all but those that confirm in fresh processes
  std::uint64_t cached = 0;
  std::uint64_t slips = 0;  ///< executions that failed in another way, and so were rejected
  bool out_of_budget = false;
  double seconds = 0;  ///< wall time, with the worker processes
  optimum best{};      ///< of this program with this seed
  /// Of deviations left, to the optimum; nothing where that is not known.
  std::optional<double> ratio() const;
};

/// Shrinks it, in worker processes as users do. Fills in all but the optimum; or gives back why there is nothing.
std::optional<std::string> shrink_found(const found_failure& found, shrunk& into);

}  // namespace bugs::bench

#endif
