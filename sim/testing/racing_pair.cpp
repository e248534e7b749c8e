// The racing pair of a failure.
#include "sim/testing/racing_pair.hpp"

#include <algorithm>
#include <tuple>

namespace twinloop::testing {
namespace {

constexpr std::size_t deviations_tried = 12;
constexpr std::size_t pairs_checked = 200;
constexpr std::uint32_t largest_tried = 16;
constexpr std::size_t steps_compared = 3'000;  // all pairs are looked at: the square of it

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

/// The smaller, the likelier.
struct ranked_pair {
  bool ordered = false;      // one made the other possible, in one of the two runs
  bool unrelated = false;    // no deviation is about it
  bool apart = false;        // in two processes
  bool bookkeeping = false;  // a thread of the pool takes a job: no callback of the program
  bool no_key = false;
  std::size_t distance = 0;  // from the end of the failing run
  std::size_t first = 0;     // position in the natural run
  std::size_t second = 0;    // position in the failing run
  bool first_ran = true;
  auto operator<=>(const ranked_pair&) const = default;
};

class pairs_of_runs {
 public:
  pairs_of_runs(const observation& failing, const trace& natural)
      : run_(failing.steps),
        natural_(natural),
        names_(failing.step_names),
        about_(failing),
        in_run_(positions(run_)),
        in_natural_(positions(natural)) {}

  std::vector<ranked_pair> all() const {
    std::vector<ranked_pair> found;
    if (std::max(run_.size(), natural_.size()) > steps_compared) return found;
    for (std::size_t first = 0; first < natural_.size(); ++first) add_those_after(first, found);
    std::sort(found.begin(), found.end());
    const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(found.size(), pairs_checked));
    for (auto each = found.begin(); each != end; ++each) each->ordered = ordered(*each);
    std::sort(found.begin(), end);
    return found;
  }

  step_pair spell(const ranked_pair& pair) const {
    return {natural_[pair.first], run_[pair.second], pair.first_ran, !pair.no_key};
  }

 private:
  /// One made the other possible. It did not have to, as the other run shows; but then it is seldom what matters.
  bool ordered(const ranked_pair& pair) const {
    const std::size_t second = in_natural_.at(run_[pair.second].identity);
    if (happens_before(natural_, pair.first, second)) return true;
    return pair.first_ran && happens_before(run_, pair.second, in_run_.at(natural_[pair.first].identity));
  }

  bool bookkeeping(const trace_step& step) const {
    const auto found = names_.find(step.identity);
    return found != names_.end() && found->second.ends_with(" takes a job");
  }

  void add_those_after(std::size_t first, std::vector<ranked_pair>& found) const {
    const auto there = in_run_.find(natural_[first].identity);
    const bool ran = there != in_run_.end();
    const std::size_t end = ran ? there->second : run_.size();
    for (std::size_t second = 0; second < end; ++second) {
      const auto other = in_natural_.find(run_[second].identity);
      if (other == in_natural_.end() || other->second <= first) continue;
      if (!conflict(natural_[first], run_[second])) continue;
      const trace_step& a = natural_[first];
      const trace_step& b = run_[second];
      ranked_pair pair;
      pair.unrelated = !about_.contain(a) && !about_.contain(b);
      pair.apart = a.process != b.process;
      pair.bookkeeping = bookkeeping(a) || bookkeeping(b);
      pair.no_key = !share_key(a, b);
      pair.distance = run_.size() - (ran ? end : second);
      pair.first = first;
      pair.second = second;
      pair.first_ran = ran;
      found.push_back(pair);
    }
  }

  const trace& run_;
  const trace& natural_;
  const std::map<std::uint64_t, std::string>& names_;
  const subjects_of_deviations about_;
  const std::unordered_map<std::uint64_t, std::size_t> in_run_;
  const std::unordered_map<std::uint64_t, std::size_t> in_natural_;
};

bool has_to_do_with_order(sim::choice_kind kind) {
  return is_order(kind) || is_delay(kind) || kind == sim::choice_kind::pool_start || kind == sim::choice_kind::dns;
}

/// The same answers, but this one smaller. A smaller pick takes what is on offer there, so it no longer names an
/// option.
candidate with_smaller(candidate deviations, std::size_t index, std::uint32_t value) {
  if (value == 0) {
    deviations.erase(deviations.begin() + static_cast<std::ptrdiff_t>(index));
    return deviations;
  }
  deviations[index].record.value = value;
  return deviations;
}

/// The nearest run that does not fail, with only this deviation smaller, and that has something in another order: a
/// hold that is a little shorter may end the same way round and be clean by its time only.
std::optional<racing_pair> neighbour(experiments& lab, const observation& fails, const candidate& deviations,
                                     std::size_t index) {
  const sim::choice_record made = deviations[index].record;
  const bool one_way = made.kind == sim::choice_kind::pick || made.kind == sim::choice_kind::pool_start;
  for (std::uint32_t value = one_way ? 0 : std::min(made.value - 1, largest_tried);; --value) {
    observation seen = lab.follow(with_smaller(deviations, index, value));
    if (!failing(seen.result)) {
      const std::vector<step_pair> pairs = inverted_pairs(fails, seen.steps);
      if (!pairs.empty()) {
        racing_pair found;
        found.pair = pairs.front();
        found.others = pairs.size() - 1;
        found.deviation = index;
        found.smaller = made;
        found.smaller.value = value;
        found.clean = std::move(seen);
        return found;
      }
    }
    if (value == 0) return std::nullopt;
  }
}

}  // namespace

std::vector<step_pair> inverted_pairs(const observation& failing, const trace& natural) {
  const pairs_of_runs pairs(failing, natural);
  std::vector<step_pair> found;
  for (const ranked_pair& each : pairs.all()) found.push_back(pairs.spell(each));
  return found;
}

std::optional<racing_pair> find_racing_pair(experiments& lab, const observation& failing) {
  const candidate deviations = as_answers(failing.result.choices);
  std::optional<racing_pair> best;
  for (std::size_t index = 0; index < std::min(deviations.size(), deviations_tried); ++index) {
    if (!has_to_do_with_order(deviations[index].record.kind)) continue;
    std::optional<racing_pair> found = neighbour(lab, failing, deviations, index);
    if (!found) continue;
    if (!best || found->others < best->others) best = std::move(found);
  }
  return best;
}

}  // namespace twinloop::testing
