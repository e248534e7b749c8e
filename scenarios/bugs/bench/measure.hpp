// Measures one row: searches of its buggy twin with each contender, runs of its fixed twin.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_MEASURE_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_MEASURE_HPP

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "scenarios/bugs/bench/contenders.hpp"
#include "scenarios/bugs/bench/options.hpp"
#include "scenarios/bugs/bench/orders.hpp"
#include "scenarios/bugs/bench/pace.hpp"
#include "scenarios/bugs/bench/shrunk.hpp"
#include "scenarios/bugs/bench/statistics.hpp"
#include "sim/testing/run.hpp"

namespace bugs::bench {

/// One contender on one row.
struct cell {
  std::string contender;
  std::vector<trial> trials;
  std::uint64_t rate_runs = 0;
  std::uint64_t hits = 0;  ///< among them
  order_figures orders;    ///< of them
  pace speed;              ///< of the first of them
  double rate() const { return rate_runs == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(rate_runs); }
};

struct row_figures {
  const row* of = nullptr;
  bool natural_as_expected = false;  ///< passes, or fails with the oracle where the row says so
  std::vector<cell> cells;           ///< in the order of options::contenders
  std::uint64_t replays = 0;
  std::uint64_t identical_replays = 0;
  std::vector<shrunk> failures;                ///< that the default search found, shrunk
  twinloop::sim::coverage_report any_order{};  ///< what any contender's runs showed
  std::uint64_t fixed_runs = 0;
  std::uint64_t false_alarms = 0;
  std::map<std::string, std::uint64_t> other_failures;  ///< of either twin, by name
  const cell* find(const std::string& contender) const;
};

class measuring {
 public:
  /// `on_progress` is told what goes on, often.
  measuring(const options& asked, std::function<void(const std::string&)> on_progress)
      : options_(asked), on_progress_(std::move(on_progress)) {}
  row_figures measure(const row& of);

 private:
  struct twin {
    const row* of;
    twinloop::testing::subject what;
  };
  twin make_twin(const row& of, bool buggy) const;
  twinloop::testing::run_result run(const twin& which, twinloop::sim::choice_source* source, std::uint64_t seed);
  /// Runs it with the contender's source for `run`, and whether it was a hit.
  bool hits(const twin& which, const contender& by, std::uint64_t seed, std::uint64_t run);
  contender make_contender(const twin& which, const std::string& name, std::uint64_t seed);
  cell measure_cell(const twin& buggy, const std::string& name);
  trial search(const twin& buggy, const std::string& name, std::uint64_t seed);
  void count_rate(const twin& buggy, cell& into);
  void check_replay(const twin& buggy, std::uint64_t seed);
  void shrink_failure(const twin& buggy, std::uint64_t seed);
  void run_fixed(const row& of);

  const options& options_;
  std::function<void(const std::string&)> on_progress_;
  twinloop::sim::world world_;
  row_figures figures_;
  twinloop::sim::search_coverage any_order_;
  twinloop::testing::run_result last_;  // of hits()
};

}  // namespace bugs::bench

#endif
