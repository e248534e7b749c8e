// What is one order and what is a pair is sim::search_coverage's to say; here are only the counts it does not keep.
#include "scenarios/bugs/bench/orders.hpp"

#include "scenarios/bugs/bench/statistics.hpp"

namespace bugs::bench {
namespace {

/// All planned runs, half of them, a quarter, ...
bool is_growth_point(std::uint64_t runs, std::uint64_t planned) {
  while (planned > runs) planned /= 2;
  return runs > 0 && planned == runs;
}

}  // namespace

void order_count::watch(twinloop::sim::choice_source& answers,
                        const std::function<void(twinloop::sim::choice_source&)>& run) {
  twinloop::sim::coverage_source listening(&answers, seen_);
  seen_.begin();
  run(listening);
  ++times_met_[seen_.class_hash()];
  seen_.end();
  if (is_growth_point(++runs_, planned_)) growth_.push_back({runs_, times_met_.size()});
}

order_figures order_count::figures() const {
  std::vector<std::uint64_t> times;
  times.reserve(times_met_.size());
  for (const auto& [order, met] : times_met_) times.push_back(met);
  return {seen_.report(), bench::entropy_bits(times), growth_};
}

}  // namespace bugs::bench
