// Whether the order of one pair of steps decides on a failure.
#include "sim/testing/flip_test.hpp"

#include <algorithm>

namespace twinloop::testing {
namespace {

constexpr std::uint32_t longest_hold = 7;  // the largest answer of defer that counts deliveries

/// What differs in `run` from the natural order, but for what it holds `held` by: that is asked anew.
candidate answers_without(const observation& run, std::uint64_t held) {
  candidate answers;
  for (std::size_t index = 0; index < run.result.choices.size(); ++index) {
    const auto kept = run.held.find(index);
    if (run.result.choices[index].value == 0 || (kept != run.held.end() && kept->second == held)) continue;
    answers.push_back(follow(run.result.choices[index]));
  }
  return answers;
}

bool has_in_order(const trace& steps, std::uint64_t earlier, std::uint64_t later) {
  const auto at = positions(steps);
  const auto first = at.find(earlier), second = at.find(later);
  if (first == at.end()) return false;
  return second == at.end() || first->second < second->second;
}

/// `run`, with `held` kept back until `until` has run: as briefly as will do, since everything else goes on meanwhile.
std::optional<observation> turned_round(experiments& lab, const observation& run, std::uint64_t held,
                                        std::uint64_t until) {
  const auto at = positions(run.steps);
  const auto waits = at.find(held), goes = at.find(until);
  if (waits == at.end()) return std::nullopt;
  const std::size_t end = goes == at.end() ? run.steps.size() - 1 : goes->second;
  instruction order = as_orders(run.steps, {{waits->second, end}}).front();
  order.until = until;
  for (; order.exponent <= longest_hold; ++order.exponent) {
    candidate instructions = answers_without(run, held);
    instructions.push_back(order);
    observation seen = lab.follow(instructions);
    if (has_in_order(seen.steps, until, held)) return seen;
  }
  return std::nullopt;
}

}  // namespace

flips test_flips(experiments& lab, const step_pair& pair, const observation& failing, const observation& clean) {
  flips found;
  const std::uint64_t first = pair.first.identity, second = pair.second.identity;
  if (const auto seen = turned_round(lab, failing, second, first)) {
    found.to_clean = testing::failing(seen->result) ? flip::does_not : flip::decides;
  }
  if (const auto seen = turned_round(lab, clean, first, second)) {
    found.to_failing = lab.shows(*seen) ? flip::decides : flip::does_not;
  }
  return found;
}

}  // namespace twinloop::testing
