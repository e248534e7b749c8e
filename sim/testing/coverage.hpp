// What orders a search has seen, by run: adds up over workers, shards and resumed searches to exactly what one search
// would have seen, in whatever order the parts come.
#ifndef TWINLOOP_SIM_TESTING_COVERAGE_HPP
#define TWINLOOP_SIM_TESTING_COVERAGE_HPP

#include <optional>
#include <unordered_map>

#include "twinloop/coverage.hpp"

namespace twinloop::testing {

using sim::coverage_report;
using sim::order_pair;

/// What one run was like, as the worker that ran it tells.
struct run_class {
  std::uint64_t run = 0;
  std::uint64_t hash = 0;  ///< equal for equivalent runs
};

class coverage {
 public:
  void add(const run_class& one);
  void add(const order_pair& seen);
  /// Its since_new is counted by run numbers: how many of the runs are of a higher number than the first run of the
  /// class that was found last. (Exact when all runs up to the highest are there, else as dense as the runs are.)
  coverage_report report() const;
  /// Classes and pairs of both; runs of both, of which none may be the same.
  void merge(const coverage& other);
  /// All of it as numbers, equal for equal coverages; load gives nothing when they are not of a coverage.
  std::vector<std::uint64_t> save() const;
  static std::optional<coverage> load(std::span<const std::uint64_t> words);

 private:
  struct met {
    std::uint64_t times = 0;
    std::uint64_t first = 0;  ///< the lowest run
  };
  void add(std::uint64_t hash, const met& more);
  void add_pair(std::uint64_t labels, std::uint32_t orders);

  std::unordered_map<std::uint64_t, met> classes_;
  std::unordered_map<std::uint64_t, std::uint32_t> pairs_;  ///< labels -> orders
  std::uint64_t runs_ = 0;
  std::uint64_t runs_end_ = 0;  ///< one beyond the highest
  std::uint64_t last_new_ = 0;  ///< the highest of the first runs of all classes
  std::uint64_t singletons_ = 0;
  std::uint64_t both_ = 0;  ///< pairs seen in both orders
};

}  // namespace twinloop::testing

#endif
