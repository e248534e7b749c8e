// How many different orders the runs of one strategy show: coverage of orders, as `explore` tells it, and what only
// many runs of one program can tell.
//
//   order_count counted(runs);
//   for (...) counted.watch(source, [&](sim::choice_source& listening) { ... run the program with it ... });
//   order_figures figures = counted.figures();
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_ORDERS_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_ORDERS_HPP

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "twinloop/coverage.hpp"

namespace bugs::bench {

/// How many different orders the first so many runs showed.
struct growth_point {
  std::uint64_t runs = 0;
  std::uint64_t classes = 0;
};

struct order_figures {
  twinloop::sim::coverage_report seen{};  ///< runs, different orders, share of duplicates, pairs seen in both orders
  double entropy_bits = 0;                ///< of the orders; a uniform choice among them would have log2(seen.classes)
  std::vector<growth_point> growth;       ///< after all planned runs, and half of them, and half of these, ...
};

class order_count {
 public:
  explicit order_count(std::uint64_t planned_runs) : planned_(planned_runs) {}
  /// One run: `run` is called with a source that passes questions on to `answers` and listens.
  void watch(twinloop::sim::choice_source& answers, const std::function<void(twinloop::sim::choice_source&)>& run);
  order_figures figures() const;
  const twinloop::sim::search_coverage& seen() const { return seen_; }

 private:
  std::uint64_t planned_;
  std::uint64_t runs_ = 0;
  twinloop::sim::search_coverage seen_;
  std::map<std::uint64_t, std::uint64_t> times_met_;  // by class
  std::vector<growth_point> growth_;
};

}  // namespace bugs::bench

#endif
