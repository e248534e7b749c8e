// Figures over trials, some of which ended without having found anything, and over counts.
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

/// How many times sooner than `b` searches `a` find in the median: the median of `b` to that of `a`.
struct median_ratio {
  enum class known : std::uint8_t { exactly, at_least, at_most };
  double value = 1;
  known as = known::exactly;  ///< a median that was not reached lies beyond the longest trial: that bounds the ratio
};
/// Nothing when neither median was reached, or there are no trials.
std::optional<median_ratio> sooner(std::span<const trial> a, std::span<const trial> b);

/// The log-rank test (Mantel 1966) of two searches, with one degree of freedom.
struct log_rank_result {
  double excess = 0;  ///< finds of `a` beyond those that equal searches would lead to expect: above 0 = `a` is sooner
  double variance = 0;
  /// The probability of a difference in survival at least this large between two equal searches. 1 when there is
  /// nothing to compare.
  double p = 1;
};
log_rank_result log_rank(std::span<const trial> a, std::span<const trial> b);

/// Shannon's entropy of what was met so many times, in bits: log2(n) for n things met equally often, which is the most
/// that n can have; 0 for one thing or none.
double entropy_bits(std::span<const std::uint64_t> times_met);

/// The value in the middle; of an even number, the lower one. 0 for none.
std::uint64_t median(std::vector<std::uint64_t> values);

}  // namespace bugs::bench

#endif
