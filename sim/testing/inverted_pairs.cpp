// The pairs of steps that two runs have in another order.
#include "sim/testing/inverted_pairs.hpp"

#include <algorithm>
#include <map>

#include "sim/testing/causal_past.hpp"

namespace twinloop::testing {
namespace {

constexpr std::size_t steps_compared = 3'000;  // all pairs are looked at: the square of it
constexpr std::size_t pairs_compared = 3'000;  // with each other: the square of it, again

std::string_view name_in(const observation& seen, std::uint64_t identity) {
  const auto found = seen.step_names.find(identity);
  return found == seen.step_names.end() ? std::string_view() : std::string_view(found->second);
}

/// What the deviations of a run are about.
class subjects_of_deviations {
 public:
  explicit subjects_of_deviations(const observation& run) {
    for (const auto& [index, identity] : run.held) identities_.insert(identity);
    for (const overtaking& each : run.overtakings) {
      identities_.insert(each.taken.identity);
      for (const sim::choice_option& other : each.overtaken) identities_.insert(other.identity);
    }
    for (const sim::choice_record& made : run.result.choices) {
      if (made.value != 0) labels_.insert(made.label);
    }
  }
  bool contain(const trace_step& step) const {
    return identities_.contains(step.identity) || labels_.contains(step.label);
  }

 private:
  std::unordered_set<std::uint64_t> identities_;
  std::unordered_set<std::uint64_t> labels_;
};

/// For each step, how often its process had started.
std::vector<std::uint32_t> lives_of(const observation& run) {
  std::map<std::uint64_t, std::uint32_t> started;
  std::vector<std::uint32_t> lives;
  for (const trace_step& step : run.steps) {
    std::uint32_t& count = started[step.process];
    if (step.label == step.process && name_in(run, step.identity).ends_with(" starts")) ++count;
    lives.push_back(count);
  }
  return lives;
}

struct one_run {
  explicit one_run(const observation& of)
      : seen(of), steps(of.steps), at(positions(of.steps)), past(of.steps), lives(lives_of(of)) {}
  const observation& seen;
  const trace& steps;
  const std::unordered_map<std::uint64_t, std::size_t> at;
  const causal_past past;
  const std::vector<std::uint32_t> lives;
};

/// The smaller, the likelier.
struct ranked_pair {
  bool ordered = false;    // one made the other possible, in one of the two runs
  bool idle = false;       // one of them led to nothing, and they touch nothing in common
  bool apart = false;      // in two processes
  bool follows = false;    // from another pair, which is inverted too
  bool unrelated = false;  // no deviation is about it
  bool no_key = false;
  std::size_t distance = 0;  // from the end of the failing run
  std::size_t first = 0;     // position in the clean run
  std::size_t second = 0;    // position in the failing run
  bool first_ran = true;
  auto operator<=>(const ranked_pair&) const = default;
};

class pairs_of_runs {
 public:
  pairs_of_runs(const observation& failing, const observation& clean)
      : failing_(failing), clean_(clean), about_(failing) {}

  std::vector<ranked_pair> all() const {
    std::vector<ranked_pair> found;
    for (std::size_t first = 0; first < clean_.steps.size(); ++first) add_those_after(first, found);
    std::sort(found.begin(), found.end());
    mark_those_that_follow(found);
    std::sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(std::min(found.size(), pairs_compared)));
    return found;
  }

  step_pair spell(const ranked_pair& pair) const {
    return {clean_.steps[pair.first], failing_.steps[pair.second], pair.first_ran, !pair.no_key,
            pair.ordered || pair.idle};
  }

 private:
  /// Where a step of the failing run stands in the clean one, if it is there and the same.
  const std::size_t* in_clean(const trace_step& step) const {
    const auto found = clean_.at.find(step.identity);
    if (found == clean_.at.end()) return nullptr;
    return name_in(clean_.seen, step.identity) == name_in(failing_.seen, step.identity) ? &found->second : nullptr;
  }

  void add_those_after(std::size_t first, std::vector<ranked_pair>& found) const {
    if (is_bookkeeping(clean_.seen, clean_.steps[first].identity)) return;
    const auto there = failing_.at.find(clean_.steps[first].identity);
    const bool ran = there != failing_.at.end();
    if (ran && in_clean(failing_.steps[there->second]) == nullptr) return;
    const std::size_t end = ran ? there->second : failing_.steps.size();
    for (std::size_t second = 0; second < end; ++second) {
      const std::size_t* const other = in_clean(failing_.steps[second]);
      if (other == nullptr || *other <= first || !conflict(clean_.steps[first], failing_.steps[second])) continue;
      if (is_bookkeeping(failing_.seen, failing_.steps[second].identity)) continue;
      if (of_two_lives(first, second, *other, ran, end)) continue;
      found.push_back(ranked(first, second, *other, ran, end));
    }
  }

  /// What comes after a restart waited for it.
  bool of_two_lives(std::size_t first, std::size_t second, std::size_t other, bool ran, std::size_t end) const {
    if (clean_.steps[first].process != clean_.steps[other].process) return false;
    return clean_.lives[first] != clean_.lives[other] || (ran && failing_.lives[end] != failing_.lives[second]) ||
           clean_.lives[other] != failing_.lives[second];
  }

  ranked_pair ranked(std::size_t first, std::size_t second, std::size_t other, bool ran, std::size_t end) const {
    const trace_step& a = clean_.steps[first];
    const trace_step& b = failing_.steps[second];
    ranked_pair pair;
    pair.ordered = clean_.past.holds(other, first) || (ran && failing_.past.holds(end, second));
    pair.idle = !(a.process == b.process && share_key(a, b)) &&
                (idle(first, ran ? end : failing_.steps.size()) || idle(other, second));
    pair.apart = a.process != b.process;
    pair.unrelated = !about_.contain(a) && !about_.contain(b);
    pair.no_key = !share_key(a, b);
    pair.distance = failing_.steps.size() - (ran ? end : second);
    pair.first = first;
    pair.second = second;
    pair.first_ran = ran;
    return pair;
  }

  bool idle(std::size_t in_clean, std::size_t in_failing) const {
    if (in_failing + 1 == failing_.steps.size()) return false;  // it is what failed
    return !clean_.past.led_on(in_clean) && (in_failing >= failing_.steps.size() || !failing_.past.led_on(in_failing));
  }

  /// A pair follows from another one if its first step needed the other's first in the clean run, and its second the
  /// other's second in the failing one: the order of these two is all it takes.
  void mark_those_that_follow(std::vector<ranked_pair>& found) const {
    std::vector<ranked_pair> could_decide;
    for (const ranked_pair& each : found) {
      if (!each.ordered && !each.idle && could_decide.size() < pairs_compared) could_decide.push_back(each);
    }
    const std::size_t count = std::min(found.size(), pairs_compared);
    for (std::size_t at = 0; at < count; ++at) {
      ranked_pair& pair = found[at];
      pair.follows = std::any_of(could_decide.begin(), could_decide.end(), [&](const ranked_pair& other) {
        if (other.first == pair.first && other.second == pair.second) return false;
        return clean_.past.holds(pair.first, other.first) && failing_.past.holds(pair.second, other.second);
      });
    }
  }

  const one_run failing_;
  const one_run clean_;
  const subjects_of_deviations about_;
};

}  // namespace

bool is_bookkeeping(const observation& seen, std::uint64_t identity) {
  return name_in(seen, identity).ends_with(" takes a job");
}

std::vector<step_pair> inverted_pairs(const observation& failing, const observation& clean) {
  std::vector<step_pair> found;
  if (std::max(failing.steps.size(), clean.steps.size()) > steps_compared) return found;
  const pairs_of_runs pairs(failing, clean);
  for (const ranked_pair& each : pairs.all()) found.push_back(pairs.spell(each));
  return found;
}

}  // namespace twinloop::testing
