// What the shrinker knows about candidates without running them.
#include "sim/testing/verdict_cache.hpp"

#include <algorithm>

#include "twinloop/assert.hpp"

namespace twinloop::testing {
namespace {

std::vector<std::uint64_t> essences(const candidate& of) {
  std::vector<std::uint64_t> all;
  all.reserve(of.size());
  for (const instruction& each : of) all.push_back(each.essence());
  std::sort(all.begin(), all.end());
  return all;
}

bool contains(const std::vector<std::uint64_t>& all, const std::vector<std::uint64_t>& part) {
  return std::includes(all.begin(), all.end(), part.begin(), part.end());
}

}  // namespace

std::optional<verdict_cache::verdict> verdict_cache::find(const candidate& tried) const {
  const std::vector<std::uint64_t> wanted = essences(tried);
  for (const entry& each : entries_) {
    if (contains(each.whole, wanted) && contains(wanted, each.used)) return verdict{each.fails, &each.used};
  }
  return std::nullopt;
}

void verdict_cache::add(const candidate& tried, const std::vector<bool>& used, bool fails) {
  TWINLOOP_ASSERT(used.size() == tried.size());
  entry made{essences(tried), {}, fails};
  for (std::size_t index = 0; index < tried.size(); ++index) {
    if (used[index]) made.used.push_back(tried[index].essence());
  }
  std::sort(made.used.begin(), made.used.end());
  entries_.push_back(std::move(made));
}

candidate keep_used(const candidate& whole, const std::vector<std::uint64_t>& used) {
  candidate kept;
  std::copy_if(whole.begin(), whole.end(), std::back_inserter(kept),
               [&](const instruction& each) { return std::binary_search(used.begin(), used.end(), each.essence()); });
  return kept;
}

}  // namespace twinloop::testing
