// Which step of one run is which step of another run of the same program.
#ifndef TWINLOOP_SIM_TESTING_COUNTERPARTS_HPP
#define TWINLOOP_SIM_TESTING_COUNTERPARTS_HPP

#include "sim/testing/observation.hpp"

namespace twinloop::testing {

/// A step's identity counts how often its name was ready before, so that of two jobs of one name the first to end is
/// "number 1" in either run. Steps are the same, therefore, if
/// 1. they came about alike (their lineage), or else
/// 2. have the same name, in the order of their numbers; but due timers, which have no names, only at the same time;
///    or else
/// 3. differ only in the instance numbers of their names ("client#4/recv", "client/recv": what a client does that got
///    its connection at the fourth attempt), again in the order of their numbers.
/// Names are those with the place that a step was made at.
class counterparts {
 public:
  static constexpr std::size_t nowhere = SIZE_MAX;

  counterparts(const observation& one, const observation& other);
  /// Where the step at position `at` of the one run stands in the other one, or nowhere.
  std::size_t in_other(std::size_t at) const { return in_other_[at]; }
  std::size_t in_one(std::size_t at) const { return in_one_[at]; }

 private:
  /// Makes pairs of those that are left and that `key` gives one value.
  template <class Key>
  void match_by(const Key& key);
  const observation& one_;
  const observation& other_;
  std::vector<std::size_t> in_other_, in_one_;
};

}  // namespace twinloop::testing

#endif
