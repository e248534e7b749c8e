// One scenario as a fuzz target: an input is a schedule and the values that the test draws; a failing run leaves a
// replay file and aborts.
#ifndef TWINLOOP_FUZZ_SCHEDULE_TARGET_HPP
#define TWINLOOP_FUZZ_SCHEDULE_TARGET_HPP

#include <memory>
#include <string>
#include <unordered_map>

#include "fuzz/frontier.hpp"
#include "fuzz/target_source.hpp"
#include "sim/testing/finding.hpp"
#include "sim/testing/run.hpp"

namespace twinloop::fuzz {

/// A scenario of the program that this binary was built from.
struct fuzzed_scenario {
  std::string program;  ///< whose replay files these are: "kv"
  testing::scenario story;
};

class schedule_target {
 public:
  /// Counts order coverage in `counters` unless it is empty.
  schedule_target(fuzzed_scenario what, std::span<std::uint8_t> counters, std::span<const std::uint8_t> reached,
                  coverage_parts parts);

  /// Only these kinds deviate, and batches, without which picks have nothing to pick from.
  void limit_kinds(std::uint32_t kinds) { subject_.kinds = kinds | sim::bit(sim::choice_kind::batch); }
  /// Runs it; the result's choices are there only if it failed.
  testing::run_result run(std::span<const std::byte> input);
  /// What the last run of an equal input asked, or nullptr if that was too long ago.
  const input_trace* known_trace(std::span<const std::byte> input) const;

  /// Where to go on, as the runs so far have it.
  frontier& reached() { return frontier_; }

  /// Runs the input in a fresh process, confirms its failure there, and writes the replay file: `path`, or in the
  /// directory TWINLOOP_REPLAY_DIR (else here) under the scenario's name and the run's hash. Prints the report. False
  /// if it does not fail.
  bool write_replay(std::span<const std::byte> input, const std::string& path);
  /// Writes `count` inputs into `directory`: the natural run, and runs of a search. The error is a sentence.
  std::string write_seeds(const std::string& directory, std::uint32_t count);

 private:
  void remember(std::span<const std::byte> input, const input_trace& trace);

  fuzzed_scenario what_;
  testing::subject subject_;
  std::unique_ptr<order_coverage> coverage_;
  sim::recording record_;
  sim::world world_;
  frontier frontier_;
  std::unordered_map<std::uint64_t, input_trace> traces_;
};

}  // namespace twinloop::fuzz

#endif
