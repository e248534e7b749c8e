// Which runs the next worker of a search gets.
#include "sim/testing/work_queue.hpp"

#include <algorithm>

namespace twinloop::testing {
namespace {
constexpr std::uint64_t first_chunk = 64;
constexpr std::uint64_t chunk_max = 100'000;
constexpr double worker_seconds = 0.5;
}  // namespace

work_queue::work_queue(options how) : how_(std::move(how)), taken_(how_.done), bound_(how_.part.places(how_.runs)) {}

std::optional<interval> work_queue::take(double elapsed, bool one_by_one) {
  const interval gap = taken_.next_gap(0, bound_);
  if (gap.begin >= gap.end) return std::nullopt;
  std::uint64_t chunk = first_chunk;
  if (elapsed > 0.05) {
    const double per_job = static_cast<double>(given_) / elapsed / how_.jobs;
    chunk = std::clamp(static_cast<std::uint64_t>(per_job * worker_seconds), first_chunk, chunk_max);
  }
  const std::uint64_t left = bound_ - gap.begin;
  if (how_.jobs > 1) chunk = std::clamp(left / (2 * how_.jobs), std::min<std::uint64_t>(chunk, 8), chunk);
  if (one_by_one || how_.one_by_one) chunk = 1;
  const interval work{gap.begin, std::min(gap.end, gap.begin + chunk)};
  taken_.add(work.begin, work.end);
  given_ += work.end - work.begin;
  return work;
}

void work_queue::give_back(std::uint64_t first, std::uint64_t last) {
  if (first >= last) return;
  interval_set kept;
  for (const interval& part : taken_.parts()) {
    kept.add(part.begin, std::min(part.end, std::max(part.begin, first)));
    kept.add(std::max(part.begin, std::min(part.end, last)), part.end);
  }
  taken_ = std::move(kept);
  given_ -= last - first;
}

void work_queue::end_before(std::uint64_t place) { bound_ = std::min(bound_, place); }

}  // namespace twinloop::testing
