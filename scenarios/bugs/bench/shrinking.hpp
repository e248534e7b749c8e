// Measures shrinking on one row: failures that any contender found, what they shrink to and at what cost.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_SHRINKING_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_SHRINKING_HPP

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "scenarios/bugs/bench/contenders.hpp"
#include "scenarios/bugs/bench/options.hpp"
#include "scenarios/bugs/bench/shrunk.hpp"
#include "sim/testing/run.hpp"

namespace bugs::bench {

struct shrinking_row {
  const row* of = nullptr;
  std::vector<shrunk> failures;
  std::map<std::string, std::uint64_t> not_found;   ///< searches that gave up, by contender
  std::map<std::string, std::uint64_t> not_shrunk;  ///< by the reason
};

/// Each contender searches with each seed, and what it finds is shrunk. A row that fails in the natural order has
/// nothing to shrink.
class shrinking {
 public:
  /// `on_progress` is told what goes on, often.
  shrinking(const options& asked, std::function<void(const std::string&)> on_progress)
      : options_(asked), on_progress_(std::move(on_progress)) {}
  shrinking_row measure(const row& of);

 private:
  bool search(const std::string& name, std::uint64_t seed);
  void shrink_it(const std::string& name, std::uint64_t seed);
  const optimum& optimum_of(std::uint64_t seed);
  /// Runs the row's program; `last_` is how it ended. True if the row's failure came.
  bool shows(twinloop::sim::choice_source& source, std::uint64_t seed);

  const options& options_;
  std::function<void(const std::string&)> on_progress_;
  twinloop::sim::world world_;
  twinloop::testing::subject what_;
  twinloop::testing::run_result last_;
  shrinking_row figures_;
  std::map<std::uint64_t, optimum> optima_;  // by seed
};

}  // namespace bugs::bench

#endif
