// How fast runs are, and what a strategy adds to them: its runs against the same runs with their answers read off a
// list.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_PACE_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_PACE_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "twinloop/choices.hpp"

namespace bugs::bench {

/// Seconds are processor time, so that a busy machine does not count.
struct pace {
  std::uint64_t schedules = 0;
  std::uint64_t decisions = 0;  ///< questions that were asked in them
  double seconds = 0;
  double listed_seconds = 0;  ///< of the same runs, answered from a list
  double schedules_per_second() const { return seconds <= 0 ? 0 : static_cast<double>(schedules) / seconds; }
  double decisions_per_second() const { return seconds <= 0 ? 0 : static_cast<double>(decisions) / seconds; }
  /// What the strategy costs: making its source, describing to it what it wants to know, and its answers. About as sure
  /// as two measured times are; it can come out below 0.
  double overhead_ns() const {
    return decisions == 0 ? 0 : 1e9 * (seconds - listed_seconds) / static_cast<double>(decisions);
  }
};

struct pace_request {
  std::uint64_t first = 0;  ///< runs first to first + schedules - 1 ...
  std::uint64_t schedules = 0;
  /// ... of which this makes the source ...
  std::function<std::unique_ptr<twinloop::sim::choice_source>(std::uint64_t number)> source;
  /// ... and this runs the program, and gives its record.
  std::function<std::span<const twinloop::sim::choice_record>(twinloop::sim::choice_source&)> run;
};
/// Runs everything three times: once to write the answers down, then in small turns with the strategy and with the
/// lists, so that both meet the machine in the same state.
pace measure_pace(const pace_request& asked);

}  // namespace bugs::bench

#endif
