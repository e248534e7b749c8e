// Figures over trials, some of which ended without having found anything.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_STATISTICS_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_STATISTICS_HPP

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace bugs::bench {

/// How many schedules a search ran, and whether the last of them failed. If not, it is censored: all that is known is
/// that it would have taken more.
struct trial {
  std::uint64_t schedules = 0;
  bool found = false;
  double seconds = 0;
};

/// The smallest number of schedules within which a share `q` of the searches finds, after Kaplan and Meier (1958);
/// nothing when the trials do not reach that share.
std::optional<std::uint64_t> quantile(std::span<const trial> trials, double q);
/// The same for seconds.
std::optional<double> quantile_seconds(std::span<const trial> trials, double q);

/// The probability of a difference in survival at least this large between two equal searches: the log-rank test
/// (Mantel 1966) with one degree of freedom. 1 when there is nothing to compare.
double log_rank_p(std::span<const trial> a, std::span<const trial> b);

/// The value in the middle; of an even number, the lower one. 0 for none.
std::uint64_t median(std::vector<std::uint64_t> values);

}  // namespace bugs::bench

#endif
