// A set of numbers that mostly follow each other: which runs of a search are done.
#ifndef TWINLOOP_SIM_TESTING_INTERVAL_SET_HPP
#define TWINLOOP_SIM_TESTING_INTERVAL_SET_HPP

#include <cstdint>
#include <vector>

namespace twinloop::testing {

struct interval {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  ///< one beyond
  bool operator==(const interval&) const = default;
};

class interval_set {
 public:
  void add(std::uint64_t begin, std::uint64_t end);
  bool contains(std::uint64_t number) const;
  /// How many numbers are in it.
  std::uint64_t size() const;
  bool empty() const { return parts_.empty(); }
  bool includes(const interval_set& other) const;
  /// The first numbers at or after `from` and below `limit` that are not in it: as many as follow each other there.
  /// Empty if there are none.
  interval next_gap(std::uint64_t from, std::uint64_t limit) const;
  /// In order, none empty, none touching the next.
  const std::vector<interval>& parts() const { return parts_; }
  bool operator==(const interval_set&) const = default;

 private:
  std::vector<interval> parts_;
};

}  // namespace twinloop::testing

#endif
