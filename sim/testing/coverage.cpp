// How many different things a search has seen.
#include "sim/testing/coverage.hpp"

#include <algorithm>

namespace twinloop::testing {

void coverage::add(std::uint64_t class_hash) {
  const std::uint64_t times = ++seen_[class_hash];
  if (times == 1) ++singletons_;
  if (times == 2) --singletons_;
  since_new_ = times == 1 ? 0 : since_new_ + 1;
  ++runs_;
}

coverage_report coverage::report() const { return {runs_, seen_.size(), singletons_, since_new_}; }

void coverage::merge(const coverage& other) {
  bool fresh = false;
  for (const auto& [hash, times] : other.seen_) {
    std::uint64_t& here = seen_[hash];
    fresh = fresh || here == 0;
    singletons_ -= here == 1 ? 1 : 0;
    here += times;
    singletons_ += here == 1 ? 1 : 0;
  }
  runs_ += other.runs_;
  since_new_ = fresh ? other.since_new_ : since_new_ + other.runs_;
}

std::vector<std::uint64_t> coverage::save() const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ordered(seen_.begin(), seen_.end());
  std::sort(ordered.begin(), ordered.end());
  std::vector<std::uint64_t> words = {since_new_};
  for (const auto& [hash, times] : ordered) words.insert(words.end(), {hash, times});
  return words;
}

std::optional<coverage> coverage::load(std::span<const std::uint64_t> words) {
  if (words.size() % 2 == 0) return std::nullopt;
  coverage loaded;
  loaded.since_new_ = words[0];
  for (std::size_t at = 1; at < words.size(); at += 2) {
    if (words[at + 1] == 0 || !loaded.seen_.emplace(words[at], words[at + 1]).second) return std::nullopt;
    loaded.runs_ += words[at + 1];
    loaded.singletons_ += words[at + 1] == 1 ? 1 : 0;
  }
  return loaded;
}

}  // namespace twinloop::testing
