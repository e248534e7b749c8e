// Most bugs of event orders are one completion that comes much later than expected, or two chains of callbacks that
// cross. Of the picks alone neither can come in a program in which few things are ready at once. So most completions
// are held: the many for so short that what is under way is shuffled, the few for longer than everything else takes.
// docs/decisions/0012-holds-under-every-strategy.md has the measurements that the numbers come from.
#include "sim/strategies/holder.hpp"

#include <algorithm>
#include <array>

namespace twinloop::sim {
namespace {

/// After this many deviations the rest of the run is natural: a program whose time-outs all fire would retry for ever.
constexpr std::uint32_t deviations_of_a_holder = 1000;

}  // namespace

struct holder::rates {
  /// Percent of the completions that are held until 1, 3, ... 127 others were delivered (answers 1 to 7) or for
  /// 1 to 8 times 62.5 ms of virtual time (answers 8 to 15); of the first answer, those that are not held.
  std::array<std::uint8_t, 16> percent;
  std::uint8_t late_percent;    ///< of the timers that are noticed 1, 10 or 100 ms late
  std::uint8_t pool_percent;    ///< of the answers about the pool that are not natural
  std::uint8_t others_percent;  ///< the same of latencies, transfers, cancel races, ...
};

constexpr holder::rates holder::most = {{15, 32, 32, 0, 0, 0, 0, 7, 5, 0, 0, 0, 0, 0, 0, 9}, 75, 50, 29};
constexpr holder::rates holder::some = {{50, 20, 0, 0, 0, 0, 0, 15, 0, 0, 0, 0, 0, 0, 0, 15}, 50, 50, 25};

holder::holder(holding how, std::uint64_t seed) : draw_(random_stream(seed).split(0x686f6c64)) {
  if (how == holding::most) rates_ = &most;
  if (how == holding::some) rates_ = &some;
}

std::uint32_t holder::hold(const question& asked) {
  if (deviations_ == deviations_of_a_holder) return 0;
  std::uint32_t at = draw_.below(100);
  std::uint32_t answer = 0;
  while (at >= rates_->percent[answer]) at -= rates_->percent[answer++];
  if (answer != 0) ++deviations_;
  return std::min(answer, asked.n - 1);
}

std::uint32_t holder::value(const question& asked) {
  if (deviations_ == deviations_of_a_holder) return 0;
  std::uint32_t percent = rates_->others_percent;
  if (asked.kind == choice_kind::timer_late) percent = rates_->late_percent;
  const bool pool = asked.kind == choice_kind::pool_start || asked.kind == choice_kind::pool_run ||
                    asked.kind == choice_kind::pool_done;
  if (pool) percent = rates_->pool_percent;
  if (draw_.below(100) >= percent) return 0;
  ++deviations_;
  return 1 + draw_.below(asked.n - 1);
}

}  // namespace twinloop::sim
