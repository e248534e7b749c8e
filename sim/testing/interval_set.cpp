// A set of numbers that mostly follow each other.
#include "sim/testing/interval_set.hpp"

#include <algorithm>

namespace twinloop::testing {

void interval_set::add(std::uint64_t begin, std::uint64_t end) {
  if (begin >= end) return;
  // All parts from `first` to before `last` touch the new one and become one with it.
  const auto first = std::lower_bound(parts_.begin(), parts_.end(), begin,
                                      [](const interval& part, std::uint64_t at) { return part.end < at; });
  auto last = first;
  while (last != parts_.end() && last->begin <= end) {
    begin = std::min(begin, last->begin);
    end = std::max(end, last->end);
    ++last;
  }
  parts_.insert(parts_.erase(first, last), {begin, end});
}

bool interval_set::contains(std::uint64_t number) const {
  const auto after = std::upper_bound(parts_.begin(), parts_.end(), number,
                                      [](std::uint64_t at, const interval& part) { return at < part.begin; });
  return after != parts_.begin() && number < std::prev(after)->end;
}

std::uint64_t interval_set::size() const {
  std::uint64_t count = 0;
  for (const interval& part : parts_) count += part.end - part.begin;
  return count;
}

bool interval_set::includes(const interval_set& other) const {
  return std::all_of(other.parts_.begin(), other.parts_.end(), [&](const interval& wanted) {
    return std::any_of(parts_.begin(), parts_.end(),
                       [&](const interval& part) { return part.begin <= wanted.begin && wanted.end <= part.end; });
  });
}

interval interval_set::next_gap(std::uint64_t from, std::uint64_t limit) const {
  for (const interval& part : parts_) {
    if (from < part.begin) return from < limit ? interval{from, std::min(limit, part.begin)} : interval{};
    from = std::max(from, part.end);
    if (from >= limit) return {};
  }
  return from < limit ? interval{from, limit} : interval{};
}

}  // namespace twinloop::testing
