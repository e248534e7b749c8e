#include "sim/search/trace.hpp"

#include <algorithm>

#include "sim/random.hpp"
#include "twinloop/assert.hpp"

namespace twinloop::sim {

void footprint::add(const conflict_key& touched) {
  if (touched.key == whole_process) {
    all_of_process = true;
  } else if (touched.key == whole_world) {
    all_of_world = true;
  } else if (std::find(keys.begin(), keys.end(), touched) == keys.end()) {
    keys.push_back(touched);
  }
}

void footprint::add(const footprint& other) {
  all_of_process = all_of_process || other.all_of_process;
  all_of_world = all_of_world || other.all_of_world;
  for (const conflict_key& each : other.keys) add(each);
}

void trace::add(const step& happened) {
  const choice_option& what = happened.what;
  TWINLOOP_ASSERT(happened.number == events_.size() + 1);
  events_.push_back({event_of(what),
                     what.cause,
                     what.enabled_by,
                     happened.time,
                     {what.process, !what.declared, what.process == 0, {what.keys.begin(), what.keys.end()}}});
}

void trace::touched(std::uint64_t step, const conflict_key& what) {
  if (step > 0 && step <= events_.size()) events_[step - 1].touches.add(what);
}

bool trace::conflict(const footprint& a, const footprint& b) const {
  if (a.all_of_world || b.all_of_world) return true;
  if ((a.process == b.process || processes_share_) && (a.all_of_process || b.all_of_process)) return true;
  for (const conflict_key& one : a.keys) {
    for (const conflict_key& other : b.keys) {
      if (one.key == other.key && (one.write || other.write)) return true;
    }
  }
  return false;
}

void trace::take_in(std::size_t at, std::size_t earlier) {
  std::uint64_t* const row = &before_[at * words_];
  const std::uint64_t* const from = &before_[earlier * words_];
  for (std::size_t word = 0; word < words_; ++word) row[word] |= from[word];
  row[earlier / 64] |= std::uint64_t{1} << (earlier % 64);
}

/// Everything before `instant`, the first step of this step's time, is before it, since picks do not stop time; so are
/// its cause and what enabled it. What it conflicts with beyond that is a race, latest first.
void trace::order_step(std::size_t at, std::size_t instant) {
  std::uint64_t* const row = &before_[at * words_];
  for (std::size_t earlier = 0; earlier < instant; ++earlier) row[earlier / 64] |= std::uint64_t{1} << (earlier % 64);
  for (const std::uint64_t cause : {events_[at].cause, events_[at].enabled_by}) {
    if (cause > 0 && cause <= at) take_in(at, cause - 1);
  }
  for (std::size_t earlier = at; earlier-- > instant;) {
    if (!conflict(events_[earlier].touches, events_[at].touches)) continue;
    const bool ordered = (row[earlier / 64] >> (earlier % 64) & 1) != 0;
    if (!ordered) races_.push_back({earlier + 1, at + 1});
    take_in(at, earlier);
  }
}

void trace::order() {
  words_ = (events_.size() + 63) / 64;
  before_.assign(events_.size() * words_, 0);
  races_.clear();
  std::size_t instant = 0;
  for (std::size_t at = 0; at < events_.size(); ++at) {
    if (events_[at].time != events_[instant].time) instant = at;
    order_step(at, instant);
  }
}

bool trace::happens_before(std::uint64_t first, std::uint64_t second) const {
  return (before_[(second - 1) * words_ + (first - 1) / 64] >> ((first - 1) % 64) & 1) != 0;
}

std::uint64_t trace::hash() const {
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < events_.size(); ++at) {
    if (events_[at].touches.empty()) continue;
    std::uint64_t past = 0;
    for (std::size_t earlier = 0; earlier < at; ++earlier) {
      if (!events_[earlier].touches.empty() && happens_before(earlier + 1, at + 1)) past += mix64(events_[earlier].id);
    }
    sum += mix64(events_[at].id ^ mix64(past + 1));
  }
  return sum;
}

}  // namespace twinloop::sim
