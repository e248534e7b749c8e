// What searches of one subject have found so far: adding up, and merging.
#define XXH_INLINE_ALL
#include "sim/testing/results.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

/// Adds the failures of a part; the lowest run stands for all.
void add_failures(result_failures& to, const result_failures& from) {
  for (const auto& [signature, failure] : from) {
    const auto [at, fresh] = to.try_emplace(signature, failure);
    if (fresh) continue;
    const std::uint64_t count = at->second.count + failure.count;
    if (failure.run < at->second.run) at->second = failure;
    at->second.count = count;
  }
}

/// A run that both parts have done.
std::optional<std::uint64_t> common_run(const result_part& a, const result_part& b) {
  const result_part& small = a.done.size() <= b.done.size() ? a : b;
  const result_part& large = &small == &a ? b : a;
  for (const interval& piece : small.done.parts()) {
    for (std::uint64_t place = piece.begin; place < piece.end; ++place) {
      const std::uint64_t run = small.part.run_at(place);
      const auto there = large.part.place_of(run);
      if (there && large.done.contains(*there)) return run;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string search_identity::file_name(const shard& part) const {
  std::string all = fmt::format("{}\n{}\n{}\n{}\n{}\n", program, scenario, kinds, strategy, seed);
  for (const auto& [name, value] : settings) all += fmt::format("{}={}\n", name, value);
  std::string name = scenario;
  for (char& letter : name) letter = letter == '/' ? '_' : letter;
  name += fmt::format("-{:08x}", static_cast<std::uint32_t>(XXH3_64bits(all.data(), all.size())));
  return part.whole() ? name : fmt::format("{}.{}-of-{}", name, part.index, part.of);
}

result_part& search_results::part_of(const shard& which) {
  for (result_part& each : parts) {
    if (each.part == which) return each;
  }
  parts.push_back({});
  parts.back().part = which;
  return parts.back();
}

bool search_results::done_elsewhere(std::uint64_t run, const shard& but) const {
  return std::any_of(parts.begin(), parts.end(), [&](const result_part& each) {
    if (each.part == but) return false;
    const auto place = each.part.place_of(run);
    return place && each.done.contains(*place);
  });
}

result_summary search_results::summary() const {
  result_summary sum;
  coverage seen;
  bool all_seen = true;
  for (const result_part& each : parts) {
    sum.runs += each.done.size();
    sum.choices += each.choices;
    sum.failing += each.failing;
    sum.seconds += each.seconds;
    add_failures(sum.failures, each.failures);
    all_seen = all_seen && each.seen.has_value();
    if (each.seen) seen.merge(*each.seen);
  }
  if (all_seen) sum.seen = seen.report();
  return sum;
}

std::optional<std::string> search_results::merge(const search_results& other) {
  if (!(identity == other.identity)) return "they are of different searches";
  std::vector<result_part> merged = parts;
  for (const result_part& theirs : other.parts) {
    const auto ours =
        std::find_if(merged.begin(), merged.end(), [&](const result_part& each) { return each.part == theirs.part; });
    if (ours == merged.end()) {
      merged.push_back(theirs);
    } else if (theirs.done.includes(ours->done)) {
      *ours = theirs;
    } else if (!ours->done.includes(theirs.done)) {
      return fmt::format("shard {} was searched twice, and neither has all runs of the other; merge one of them only",
                         theirs.part.text());
    }
  }
  for (std::size_t i = 0; i < merged.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (const auto run = common_run(merged[i], merged[j])) {
        return fmt::format(
            "run {} was done by shard {} and by shard {}: they split the search in different ways; merge "
            "those of one split only",
            *run, merged[j].part.text(), merged[i].part.text());
      }
    }
  }
  std::sort(merged.begin(), merged.end(), [](const result_part& a, const result_part& b) {
    return std::pair(a.part.of, a.part.index) < std::pair(b.part.of, b.part.index);
  });
  parts = std::move(merged);
  return std::nullopt;
}

}  // namespace twinloop::testing
