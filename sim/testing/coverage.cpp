// What orders a search has seen, by run.
#include "sim/testing/coverage.hpp"

#include <algorithm>

namespace twinloop::testing {
namespace {
constexpr std::uint32_t both_orders = 3;
constexpr std::size_t head_words = 3;
}  // namespace

void coverage::add(const run_class& one) {
  add(one.hash, {1, one.run});
  runs_end_ = std::max(runs_end_, one.run + 1);
}

void coverage::add(std::uint64_t hash, const met& more) {
  const auto [at, fresh] = classes_.try_emplace(hash, more);
  met& all = at->second;
  runs_ += more.times;
  if (fresh) {
    last_new_ = std::max(last_new_, all.first);
    singletons_ += all.times == 1 ? 1 : 0;
    return;
  }
  singletons_ -= all.times == 1 ? 1 : 0;
  all.times += more.times;
  if (more.first >= all.first) return;
  const bool was_last = all.first == last_new_;
  all.first = more.first;
  if (!was_last) return;
  last_new_ = 0;
  for (const auto& [each_hash, each] : classes_) last_new_ = std::max(last_new_, each.first);
}

void coverage::add(const order_pair& seen) { add_pair(seen.labels, seen.orders); }

void coverage::add_pair(std::uint64_t labels, std::uint32_t orders) {
  std::uint32_t& all = pairs_[labels];
  const bool before = all == both_orders;
  all |= orders & both_orders;
  both_ += !before && all == both_orders ? 1 : 0;
}

coverage_report coverage::report() const {
  coverage_report told;
  told.runs = runs_;
  told.classes = classes_.size();
  told.singletons = singletons_;
  told.pairs = pairs_.size();
  told.pairs_both = both_;
  if (runs_ == 0) return told;
  // Holes, of runs that failed or that other shards do, are taken to lie everywhere.
  std::uint64_t all = runs_end_, beyond = runs_end_ - 1 - last_new_;
  for (; all > UINT32_MAX; all /= 2) beyond /= 2;
  told.since_new = beyond * std::min<std::uint64_t>(runs_, UINT32_MAX) / all;
  return told;
}

void coverage::merge(const coverage& other) {
  for (const auto& [hash, each] : other.classes_) add(hash, each);
  for (const auto& [labels, orders] : other.pairs_) add_pair(labels, orders);
  runs_end_ = std::max(runs_end_, other.runs_end_);
}

std::vector<std::uint64_t> coverage::save() const {
  const auto by_hash = [](const auto& a, const auto& b) { return a.first < b.first; };
  std::vector<std::pair<std::uint64_t, met>> classes(classes_.begin(), classes_.end());
  std::sort(classes.begin(), classes.end(), by_hash);
  std::vector<std::pair<std::uint64_t, std::uint32_t>> pairs(pairs_.begin(), pairs_.end());
  std::sort(pairs.begin(), pairs.end(), by_hash);
  std::vector<std::uint64_t> words = {runs_end_, classes.size(), pairs.size()};
  for (const auto& [hash, each] : classes) words.insert(words.end(), {hash, each.times, each.first});
  for (const auto& [labels, orders] : pairs) words.insert(words.end(), {labels, orders});
  return words;
}

std::optional<coverage> coverage::load(std::span<const std::uint64_t> words) {
  if (words.size() < head_words || words[1] > words.size() / 3 || words[2] > words.size() / 2) return std::nullopt;
  if (words.size() != head_words + 3 * words[1] + 2 * words[2]) return std::nullopt;
  coverage loaded;
  loaded.runs_end_ = words[0];
  std::size_t at = head_words;
  for (std::uint64_t count = words[1]; count > 0; --count, at += 3) {
    if (words[at + 1] == 0 || words[at + 2] >= words[0]) return std::nullopt;
    loaded.add(words[at], {words[at + 1], words[at + 2]});
  }
  for (std::uint64_t count = words[2]; count > 0; --count, at += 2) {
    if (words[at + 1] == 0 || words[at + 1] > both_orders) return std::nullopt;
    loaded.add_pair(words[at], static_cast<std::uint32_t>(words[at + 1]));
  }
  if (loaded.classes_.size() != words[1] || loaded.pairs_.size() != words[2]) return std::nullopt;
  return loaded;
}

}  // namespace twinloop::testing
