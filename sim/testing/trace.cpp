// The steps of a run, and what two runs of one program have to say about each other's order.
#include "sim/testing/trace.hpp"

#include <algorithm>

namespace twinloop::testing {
namespace {

constexpr std::size_t nowhere = SIZE_MAX;

/// For each step of `run`, where it stands in `natural`.
std::vector<std::size_t> natural_positions(const trace& run, const trace& natural) {
  const auto known = positions(natural);
  std::vector<std::size_t> found(run.size(), nowhere);
  for (std::size_t at = 0; at < run.size(); ++at) {
    const auto each = known.find(run[at].identity);
    if (each != known.end()) found[at] = each->second;
  }
  return found;
}

bool inverted(const std::vector<std::size_t>& natural, std::size_t until, std::size_t held) {
  return natural[until] != nowhere && natural[until] > natural[held];
}

}  // namespace

trace_step make_step(const sim::step& happened, std::uint64_t choices, std::int64_t time) {
  const sim::choice_option& what = happened.what;
  return {what.identity,
          what.label,
          what.process,
          what.cause,
          what.enabled_by,
          choices,
          time,
          what.occurrence,
          what.declared,
          what.lineage,
          {what.keys.begin(), what.keys.end()}};
}

std::unordered_map<std::uint64_t, std::size_t> positions(const trace& steps) {
  std::unordered_map<std::uint64_t, std::size_t> found;
  found.reserve(steps.size());
  for (std::size_t at = 0; at < steps.size(); ++at) found.emplace(steps[at].identity, at);
  return found;
}

bool share_key(const trace_step& a, const trace_step& b) {
  for (const sim::conflict_key& mine : a.keys) {
    for (const sim::conflict_key& other : b.keys) {
      if (mine.key == other.key && (mine.write || other.write)) return true;
    }
  }
  return false;
}

bool conflict(const trace_step& a, const trace_step& b) {
  if (a.process == b.process && !(a.declared && b.declared)) return true;
  return share_key(a, b);
}

bool happens_before(const trace& steps, std::size_t earlier, std::size_t later) {
  std::vector<bool> reached(later + 1, false);
  reached[later] = true;
  for (std::size_t at = later; at > earlier; --at) {
    if (!reached[at]) continue;
    for (const std::uint64_t number : {steps[at].cause, steps[at].enabled_by}) {
      if (number >= 1 && number <= at) reached[number - 1] = true;
    }
    for (std::size_t before = at; before-- > earlier;) {
      if (steps[before].label != steps[at].label) continue;
      reached[before] = true;
      break;
    }
  }
  return reached[earlier];
}

std::vector<inversion> covering_inversions(const trace& run, const trace& natural) {
  const std::vector<std::size_t> at_natural = natural_positions(run, natural);
  std::vector<inversion> found;
  for (std::size_t held = 0; held < run.size(); ++held) {
    if (at_natural[held] == nowhere) continue;
    for (std::size_t until = held; until-- > 0;) {
      if (!inverted(at_natural, until, held)) continue;
      found.push_back({held, until});
      break;
    }
  }
  return found;
}

std::vector<inversion> all_inversions(const trace& run, const trace& natural, std::size_t limit) {
  const std::vector<std::size_t> at_natural = natural_positions(run, natural);
  std::vector<inversion> found;
  for (const bool conflicting : {true, false}) {
    for (std::size_t held = 0; held < run.size(); ++held) {
      if (at_natural[held] == nowhere) continue;
      for (std::size_t until = held; until-- > 0 && found.size() < limit;) {
        if (inverted(at_natural, until, held) && conflict(run[held], run[until]) == conflicting) {
          found.push_back({held, until});
        }
      }
    }
  }
  return found;
}

}  // namespace twinloop::testing
