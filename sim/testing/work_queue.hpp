// Which runs the next worker of a search gets.
#ifndef TWINLOOP_SIM_TESTING_WORK_QUEUE_HPP
#define TWINLOOP_SIM_TESTING_WORK_QUEUE_HPP

#include <optional>

#include "sim/testing/interval_set.hpp"
#include "sim/testing/shard.hpp"

namespace twinloop::testing {

class work_queue {
 public:
  struct options {
    shard part{};
    std::uint64_t runs = 0;  ///< of all shards
    interval_set done{};     ///< places that need not be run
    unsigned jobs = 1;
    bool one_by_one = false;
  };
  explicit work_queue(options how);

  /// The next places in order: so many that a worker has work for a good part of a second, but not so many that the
  /// other jobs go without. `elapsed` is the time of the search so far.
  std::optional<interval> take(double elapsed, bool one_by_one);
  /// Places that were taken and not done.
  void give_back(std::uint64_t first, std::uint64_t last);
  /// Nothing from this place on is wanted any more.
  void end_before(std::uint64_t place);
  std::uint64_t bound() const { return bound_; }

 private:
  const options how_;
  interval_set taken_;
  std::uint64_t bound_;
  std::uint64_t given_ = 0;
};

}  // namespace twinloop::testing

#endif
