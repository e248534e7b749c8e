// What made each step of a run possible: the steps that registered it or made it ready, and theirs.
#ifndef TWINLOOP_SIM_TESTING_CAUSAL_PAST_HPP
#define TWINLOOP_SIM_TESTING_CAUSAL_PAST_HPP

#include "sim/testing/trace.hpp"

namespace twinloop::testing {

/// Two completions of one name are in no order by themselves, unlike in happens_before: jobs of one name overtake each
/// other, and where a name is served first in, first out, each step registers the next one.
class causal_past {
 public:
  explicit causal_past(const trace& steps);

  /// Whether the step at position `later` is the one at `earlier`, or was made possible by it.
  bool holds(std::size_t later, std::size_t earlier) const {
    return (bits_[later * words_ + earlier / 64] >> (earlier % 64) & 1) != 0;
  }
  /// Whether the step registered another or made one ready.
  bool led_on(std::size_t at) const { return led_on_[at]; }

 private:
  std::size_t words_;                // of each row
  std::vector<std::uint64_t> bits_;  // a row for each step: the steps that it needed
  std::vector<bool> led_on_;
};

}  // namespace twinloop::testing

#endif
