// What the benchmark is asked to do.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_OPTIONS_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_OPTIONS_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/bugs/bug.hpp"

namespace bugs::bench {

struct options {
  std::vector<const row*> rows;               ///< all, unless --rows
  std::vector<std::string> contenders;        ///< all, unless --strategies; the default search is always among them
  std::uint64_t seeds = 50;                   ///< searches of each cell
  std::uint64_t first_seed = 1;               ///< of the first of them, and added to those of rates and fixed twins
  std::uint64_t schedules = 2000;             ///< after so many a search gives up ...
  double seconds = 5;                         ///< ... or after this time
  std::uint64_t rate_runs = 2000;             ///< runs that the hit rate is counted over
  std::uint64_t false_alarms = 100'000;       ///< runs of each fixed twin
  bool shrink_only = false;                   ///< measure shrinking, of what every contender finds
  std::uint64_t shrinks = 5;                  ///< failures of each row that are shrunk
  twinloop::testing::configuration settings;  ///< dials, of all rows
  std::string json;                           ///< file for the figures; empty = none
};

/// Reads the command line. Gives back an exit status when that is all there is to do (--help, wrong use).
std::optional<int> parse(int argc, char** argv, options& out);

}  // namespace bugs::bench

#endif
