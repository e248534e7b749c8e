// Who searches: the strategies, by name. The one place that knows how a strategy is made.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_CONTENDERS_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_CONTENDERS_HPP

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "twinloop/sim.hpp"

namespace bugs::bench {

/// The default search, of which the others are parts or rivals.
inline constexpr const char* default_search = "rotation";
/// The strongest published tool, rebuilt on the same loop.
inline constexpr const char* strongest_baseline = "nacd";
inline constexpr const char* plain_baseline = "random_walk";
/// Those that every search is held against: the plain one and the published tools, rebuilt on the same loop.
inline constexpr std::array<const char*, 3> rivals{plain_baseline, "nodefz", strongest_baseline};

/// All that can be asked for, the default search first.
std::vector<std::string> contender_names();

/// One search of one program: source(0), source(1), ... answer its runs. The default search begins as it always does,
/// with natural and corner schedules; every other contender is its strategy from the first run on.
class contender {
 public:
  /// `execute` runs the program once and tells whether it ended clean; what a strategy has to learn, it learns here.
  contender(const std::string& name, std::uint64_t seed, std::uint32_t kinds,
            const std::function<bool(twinloop::sim::choice_source&)>& execute);
  ~contender();
  contender(const contender&) = delete;
  contender& operator=(const contender&) = delete;
  std::unique_ptr<twinloop::sim::choice_source> source(std::uint64_t run) const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace bugs::bench

#endif
