// Which step of one run is which step of another run of the same program.
#include "sim/testing/counterparts.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "sim/testing/compared_run.hpp"

namespace twinloop::testing {
namespace {

using numbers_and_name = std::tuple<std::uint64_t, std::uint64_t, std::string>;

std::string_view name_in(const observation& seen, const trace_step& step) {
  const auto found = seen.step_names.find(step.identity);
  return found == seen.step_names.end() ? std::string_view() : std::string_view(found->second);
}

/// The positions of a run's steps, of one name in the order of their numbers.
std::vector<std::size_t> in_order(const trace& steps) {
  std::vector<std::size_t> all(steps.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::sort(all.begin(), all.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(steps[a].occurrence, a) < std::pair(steps[b].occurrence, b);
  });
  return all;
}

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// "client#4/recv" -> "client/recv".
std::string without_instances(std::string_view name) {
  std::string left;
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] != '#' || at + 1 == name.size() || !is_digit(name[at + 1])) {
      left += name[at];
      continue;
    }
    while (at + 1 < name.size() && is_digit(name[at + 1])) ++at;
  }
  return left;
}

}  // namespace

template <class Key>
void counterparts::match_by(const Key& key) {
  std::map<numbers_and_name, std::pair<std::vector<std::size_t>, std::vector<std::size_t>>> left;
  for (const std::size_t at : in_order(one_.steps)) {
    if (in_other_[at] != nowhere) continue;
    if (const auto value = key(one_, at)) left[*value].first.push_back(at);
  }
  for (const std::size_t at : in_order(other_.steps)) {
    if (in_one_[at] != nowhere) continue;
    if (const auto value = key(other_, at)) left[*value].second.push_back(at);
  }
  for (const auto& [value, both] : left) {
    const auto& [here, there] = both;
    for (std::size_t number = 0; number < std::min(here.size(), there.size()); ++number) {
      in_other_[here[number]] = there[number];
      in_one_[there[number]] = here[number];
    }
  }
}

counterparts::counterparts(const observation& one, const observation& other)
    : one_(one), other_(other), in_other_(one.steps.size(), nowhere), in_one_(other.steps.size(), nowhere) {
  using key = std::optional<numbers_and_name>;
  match_by([](const observation& run, std::size_t at) -> key {
    const trace_step& step = run.steps[at];
    if (step.lineage == 0) return std::nullopt;
    return numbers_and_name(step.lineage, step.label, name_in(run, step));
  });
  match_by([](const observation& run, std::size_t at) -> key {
    const trace_step& step = run.steps[at];
    const std::string_view name = name_in(run, step);
    if (runs_due_timers(run, step.identity)) return numbers_and_name(step.label, step.time, name);
    return numbers_and_name(step.label, name.empty() ? step.identity : 0, name);
  });
  match_by([](const observation& run, std::size_t at) -> key {
    const std::string_view name = name_in(run, run.steps[at]);
    if (name.empty() || runs_due_timers(run, run.steps[at].identity)) return std::nullopt;
    return numbers_and_name(0, 0, without_instances(name));
  });
}

}  // namespace twinloop::testing
