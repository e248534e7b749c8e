// Livelock told from slowness: a run that does not end is watched for its last deliveries before the limit. If it only
// passes through states that it has been in before it is livelocked; if new ones keep coming it is slow.
// The state is what the simulator can see: what is ready, how far away the next event is, what sockets hold, where file
// calls read and write; and what the test says it is (world::observe_state). Time and counters are not in it.
#ifndef TWINLOOP_SIM_LIVELOCK_HPP
#define TWINLOOP_SIM_LIVELOCK_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace twinloop::sim {

class repetition {
 public:
  /// How many deliveries before a limit watching begins: long enough for every cycle but the longest.
  static constexpr std::uint64_t window = 4096;
  static std::uint64_t watch_from(std::uint64_t limit) { return limit - std::min(limit / 2, window); }

  void restart() { states_.clear(); }
  void add(std::uint64_t state) { states_.push_back(state); }
  /// Nothing in the second half is new. False if too little was seen to say.
  bool repeats() const {
    const std::size_t half = states_.size() / 2;
    if (half < 8) return false;
    std::vector<std::uint64_t> before(states_.begin(), states_.begin() + static_cast<std::ptrdiff_t>(half));
    std::sort(before.begin(), before.end());
    return std::all_of(states_.begin() + static_cast<std::ptrdiff_t>(half), states_.end(),
                       [&](std::uint64_t state) { return std::binary_search(before.begin(), before.end(), state); });
  }

 private:
  std::vector<std::uint64_t> states_;
};

}  // namespace twinloop::sim

#endif
