// What a fuzzer is told about the order of a run.
#include "fuzz/order_coverage.hpp"

#include <algorithm>
#include <cstring>

#include "sim/random.hpp"
#include "twinloop/assert.hpp"

namespace twinloop::fuzz {
namespace {

constexpr std::uint32_t occurrence_max = 63;
enum class feature : std::uint64_t { pair = 1, code = 2, value = 3 };

std::uint64_t mix(feature kind, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  const std::uint64_t first = sim::mix64(a + static_cast<std::uint64_t>(kind) * 0x9e3779b97f4a7c15ull);
  return sim::mix64(sim::mix64(first ^ b) ^ c);
}

}  // namespace

order_coverage::order_coverage(std::span<std::uint8_t> counters, std::span<const std::uint8_t> reached,
                               coverage_parts parts)
    : counters_(counters), reached_(reached), parts_(parts), seen_(reached.size()) {
  TWINLOOP_ASSERT(!counters_.empty());
  TWINLOOP_ASSERT((counters_.size() & (counters_.size() - 1)) == 0);
}

void order_coverage::begin() {
  last_touch_.clear();
  event_ = 0;
  if (parts_.code) std::copy(reached_.begin(), reached_.end(), seen_.begin());
}

void order_coverage::count(std::uint64_t feature) {
  std::uint8_t& counter = counters_[feature & (counters_.size() - 1)];
  counter = static_cast<std::uint8_t>(std::min(255, counter + 1));
}

std::uint64_t order_coverage::code_since() {
  std::uint64_t hash = 0;
  std::size_t at = 0;
  for (; at + 8 <= reached_.size(); at += 8) {
    std::uint64_t now = 0;
    std::uint64_t before = 0;
    std::memcpy(&now, reached_.data() + at, 8);
    std::memcpy(&before, seen_.data() + at, 8);
    if (now == before) continue;
    for (std::size_t i = at; i < at + 8; ++i) {
      if (reached_[i] != seen_[i]) hash = sim::mix64(hash ^ (i + 1));
    }
    std::memcpy(seen_.data() + at, &now, 8);
  }
  for (; at < reached_.size(); ++at) {
    if (reached_[at] != seen_[at]) hash = sim::mix64(hash ^ (at + 1));
    seen_[at] = reached_[at];
  }
  return hash;
}

std::uint64_t order_coverage::finish_event() {
  if (!parts_.code || reached_.empty()) return 0;
  const std::uint64_t code = code_since();
  if (event_ == 0) return 0;
  const std::uint64_t met = mix(feature::code, event_, std::min(occurrence_, occurrence_max), code);
  count(met);
  return met;
}

std::uint64_t order_coverage::happened(const sim::step& what) {
  const std::uint64_t before = finish_event();
  event_ = what.what.label;
  occurrence_ = what.what.occurrence;
  if (!parts_.pairs) return before;
  const auto follow = [this](std::uint64_t touched) {
    std::uint64_t& last = last_touch_[touched];
    count(mix(feature::pair, touched, last, event_));
    last = event_;
  };
  follow(what.what.process);
  for (const sim::conflict_key& key : what.what.keys) follow(key.key);
  return before;
}

void order_coverage::drawn(std::uint64_t label, std::uint32_t value) {
  if (parts_.values) count(mix(feature::value, label, value, 0));
}

std::uint64_t order_coverage::end() {
  const std::uint64_t last = finish_event();
  event_ = 0;
  return last;
}

}  // namespace twinloop::fuzz
