// Kaplan-Meier quantiles, the log-rank test, entropy.
#include "scenarios/bugs/bench/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace bugs::bench {
namespace {

struct observation {
  double at;
  bool found;
};

/// Ordered by time; at equal times what was found comes before what was given up, as the estimate wants it.
std::vector<observation> sorted(std::span<const trial> trials, bool by_seconds) {
  std::vector<observation> all;
  for (const trial& each : trials) {
    all.push_back({by_seconds ? each.seconds : static_cast<double>(each.schedules), each.found});
  }
  std::sort(all.begin(), all.end(), [](const observation& a, const observation& b) {
    return a.at != b.at ? a.at < b.at : a.found && !b.found;
  });
  return all;
}

std::optional<double> quantile_of(std::span<const trial> trials, double q, bool by_seconds) {
  const std::vector<observation> all = sorted(trials, by_seconds);
  constexpr double rounding = 1e-9;  // survival is a product: 0.5 may come out a little above
  double survival = 1;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].found) continue;
    survival *= 1 - 1 / static_cast<double>(all.size() - i);
    if (survival <= 1 - q + rounding) return all[i].at;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> quantile(std::span<const trial> trials, double q) {
  const std::optional<double> found = quantile_of(trials, q, false);
  if (!found) return std::nullopt;
  return static_cast<std::uint64_t>(*found);
}

std::optional<double> quantile_seconds(std::span<const trial> trials, double q) { return quantile_of(trials, q, true); }

std::optional<median_ratio> sooner(std::span<const trial> a, std::span<const trial> b) {
  using known = median_ratio::known;
  const auto longest = [](std::span<const trial> of) {
    std::uint64_t most = 0;
    for (const trial& each : of) most = std::max(most, each.schedules);
    return static_cast<double>(most);
  };
  const std::optional<double> own = quantile_of(a, 0.5, false);
  const std::optional<double> other = quantile_of(b, 0.5, false);
  if (a.empty() || b.empty() || (!own && !other)) return std::nullopt;
  if (!own) return median_ratio{*other / longest(a), known::at_most};
  if (!other) return median_ratio{longest(b) / *own, known::at_least};
  return median_ratio{*other / *own, known::exactly};
}

log_rank_result log_rank(std::span<const trial> a, std::span<const trial> b) {
  std::vector<std::uint64_t> times;
  for (const std::span<const trial> of : {a, b}) {
    for (const trial& each : of) {
      if (each.found) times.push_back(each.schedules);
    }
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  log_rank_result made;
  for (const std::uint64_t time : times) {
    auto at_risk = [&](std::span<const trial> of) {
      return static_cast<double>(
          std::count_if(of.begin(), of.end(), [&](const trial& each) { return each.schedules >= time; }));
    };
    auto finds = [&](std::span<const trial> of) {
      return static_cast<double>(
          std::count_if(of.begin(), of.end(), [&](const trial& each) { return each.found && each.schedules == time; }));
    };
    const double risk_a = at_risk(a);
    const double risk = risk_a + at_risk(b);
    const double found = finds(a) + finds(b);
    made.excess += finds(a) - found * risk_a / risk;
    if (risk > 1) made.variance += found * (risk_a / risk) * (1 - risk_a / risk) * (risk - found) / (risk - 1);
  }
  if (made.variance > 0) made.p = std::erfc(std::sqrt(made.excess * made.excess / made.variance / 2));
  return made;
}

double entropy_bits(std::span<const std::uint64_t> times_met) {
  double total = 0;
  for (const std::uint64_t times : times_met) total += static_cast<double>(times);
  double bits = 0;
  for (const std::uint64_t times : times_met) {
    if (times == 0) continue;
    const double share = static_cast<double>(times) / total;
    bits -= share * std::log2(share);
  }
  return bits;
}

std::uint64_t median(std::vector<std::uint64_t> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace bugs::bench
