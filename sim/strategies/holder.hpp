// Holds completions back, whatever strategy picks: the second half of most plans of the default search.
#ifndef TWINLOOP_SIM_STRATEGIES_HOLDER_HPP
#define TWINLOOP_SIM_STRATEGIES_HOLDER_HPP

#include "sim/random.hpp"
#include "twinloop/strategies.hpp"

namespace twinloop::sim {

class holder {
 public:
  holder(holding how, std::uint64_t seed);
  /// Whether it answers at all; with holding::own it does not.
  bool holds() const { return rates_ != nullptr; }
  /// Answers defer and close_defer.
  std::uint32_t hold(const question& asked);
  /// Answers what is neither order, fault, batch nor the test's own value.
  std::uint32_t value(const question& asked);

 private:
  struct rates;
  static const rates most;
  static const rates some;

  const rates* rates_ = nullptr;
  random_stream draw_;
  std::uint32_t deviations_ = 0;
};

}  // namespace twinloop::sim

#endif
