// The pairs of steps that two runs have in another order.
#include "sim/testing/inverted_pairs.hpp"

#include <algorithm>

#include "sim/testing/compared_run.hpp"
#include "sim/testing/counterparts.hpp"

namespace twinloop::testing {
namespace {

constexpr std::size_t steps_compared = 3'000;  // all pairs are looked at: the square of it
constexpr std::size_t pairs_compared = 3'000;  // with each other: the square of it, again; the others are only counted
constexpr std::size_t nowhere = counterparts::nowhere;

/// Where the steps of a pair are: `nowhere` if a run does not have one.
struct pair_places {
  std::size_t first = 0;             // in the clean run
  std::size_t second = 0;            // in the failing run
  std::size_t first_in_failing = 0;  // or nowhere
  std::size_t second_in_clean = 0;   // or nowhere
  auto operator<=>(const pair_places&) const = default;
};

/// The smaller, the likelier.
struct ranked_pair {
  bool foreign = false;    // the second is of what only the failing run tells
  bool ordered = false;    // one made the other possible, in one of the two runs
  bool idle = false;       // one of them led to nothing, and they touch nothing in common
  bool apart = false;      // in two processes
  bool follows = false;    // from another pair, which is inverted too
  bool unrelated = false;  // no deviation is about it
  bool no_key = false;
  std::size_t distance = 0;  // from the end of the failing run
  pair_places at;
  auto operator<=>(const ranked_pair&) const = default;
};

}  // namespace

class inverted_pairs::ranking {
 public:
  ranking(const observation& failing, const observation& clean)
      : failing_(failing), clean_(clean), same_(failing, clean), about_(failing) {
    for (std::size_t first = 0; first < clean_.steps.size(); ++first) add_those_after(first);
    keep_the_likeliest();
    std::sort(found_.begin(), found_.end());
    mark_those_that_follow();
    std::sort(found_.begin(), found_.end());
  }

  std::size_t count() const { return count_; }
  std::size_t likely() const { return std::min(count_, found_.size()); }
  const std::vector<ranked_pair>& found() const { return found_; }

  step_pair spell(const ranked_pair& pair) const {
    step_pair spelt{clean_.steps[pair.at.first], failing_.steps[pair.at.second], {}, {}};
    if (pair.at.first_in_failing != nowhere) spelt.first_in_failing = failing_.steps[pair.at.first_in_failing];
    if (pair.at.second_in_clean != nowhere) spelt.second_in_clean = clean_.steps[pair.at.second_in_clean];
    spelt.share_key = !pair.no_key;
    spelt.doubtful = pair.ordered || pair.idle;
    return spelt;
  }

  bool later(const ranked_pair& pair, const ranked_pair& than) const {
    if (pair.ordered || pair.at == than.at) return false;
    if (pair.at.first < than.at.first || pair.at.second < than.at.second) return false;
    return pair.at.first_in_failing != nowhere || than.at.first_in_failing == nowhere;  // else it is after the failure
  }

 private:
  /// Whether one pair came of the other: its first step needed the other's first in the clean run, and its second the
  /// other's second in the failing one.
  bool follows(const ranked_pair& pair, const ranked_pair& from) const {
    return pair.at != from.at && clean_.past.holds(pair.at.first, from.at.first) &&
           failing_.past.holds(pair.at.second, from.at.second);
  }

  void add_those_after(std::size_t first) {
    if (is_bookkeeping(clean_.seen, clean_.steps[first].identity)) return;
    const std::size_t there = same_.in_one(first);
    if (there == nowhere && is_of_other_code(clean_, first, failing_)) return;
    const std::size_t end = std::min(there, failing_.steps.size());
    for (std::size_t second = 0; second < end; ++second) {
      const pair_places at{first, second, there, same_.in_other(second)};
      if (!conflict(clean_.steps[first], failing_.steps[second])) continue;
      if (at.second_in_clean == nowhere ? !may_be_missing(at) : at.second_in_clean <= first) continue;
      if (is_bookkeeping(failing_.seen, failing_.steps[second].identity)) continue;
      if (of_two_lives(at) || both_run_timers_of_a_process(at)) continue;
      found_.push_back(ranked(at));
      if (!found_.back().foreign) ++count_;
      if (found_.size() >= 2 * pairs_compared) keep_the_likeliest();
    }
  }

  void keep_the_likeliest() {
    if (found_.size() <= pairs_compared) return;
    std::nth_element(found_.begin(), found_.begin() + pairs_compared, found_.end());
    found_.resize(pairs_compared);
  }

  /// Without the second step in the clean run there has to be the first one in the failing run, or what the pair is
  /// about is not known.
  bool may_be_missing(const pair_places& at) const {
    if (is_of_other_code(failing_, at.second, clean_)) return false;
    return at.first_in_failing != nowhere || was_waited_for(at.second, at.first);
  }

  /// A step of the failing run that the clean one never comes to: whether it was on its way there when step `first`
  /// ran. Else it is of another story, which only the failing run tells.
  bool was_waited_for(std::size_t second, std::size_t first) const {
    const trace_step& step = failing_.steps[second];
    const auto in_clean = [&](std::uint64_t number) {
      return number < 1 || number > second ? std::size_t{0} : same_.in_other(number - 1);
    };
    const std::size_t cause = in_clean(step.cause);
    return cause != nowhere && (step.cause == 0 || cause < first) && in_clean(step.enabled_by) != nowhere;
  }

  /// What comes after a restart waited for it.
  bool of_two_lives(const pair_places& at) const {
    if (clean_.steps[at.first].process != failing_.steps[at.second].process) return false;
    const std::uint32_t life = clean_.lives[at.first];
    return life != failing_.lives[at.second] ||
           (at.first_in_failing != nowhere && life != failing_.lives[at.first_in_failing]) ||
           (at.second_in_clean != nowhere && life != clean_.lives[at.second_in_clean]);
  }

  /// Timers of a process run in the order of their times, and nothing can turn these round.
  bool both_run_timers_of_a_process(const pair_places& at) const {
    const trace_step& a = clean_.steps[at.first];
    const trace_step& b = failing_.steps[at.second];
    return a.process == b.process && runs_due_timers(clean_.seen, a.identity) &&
           runs_due_timers(failing_.seen, b.identity);
  }

  ranked_pair ranked(const pair_places& at) const {
    const trace_step& a = clean_.steps[at.first];
    const trace_step& b = failing_.steps[at.second];
    const std::size_t last = at.first_in_failing != nowhere ? at.first_in_failing : at.second;
    ranked_pair pair;
    pair.foreign = at.second_in_clean == nowhere && !was_waited_for(at.second, at.first);
    pair.ordered = (at.second_in_clean != nowhere && clean_.past.holds(at.second_in_clean, at.first)) ||
                   (at.first_in_failing != nowhere && failing_.past.holds(at.first_in_failing, at.second));
    pair.idle = !(a.process == b.process && share_key(a, b)) &&
                (idle(at.first, at.first_in_failing) || idle(at.second_in_clean, at.second));
    pair.apart = a.process != b.process;
    pair.unrelated = !about_.contain(a) && !about_.contain(b);
    pair.no_key = !share_key(a, b);
    pair.distance = failing_.steps.size() - last;
    pair.at = at;
    return pair;
  }

  bool idle(std::size_t in_clean, std::size_t in_failing) const {
    if (in_failing + 1 == failing_.steps.size()) return false;  // it is what failed
    return (in_clean == nowhere || !clean_.past.led_on(in_clean)) &&
           (in_failing == nowhere || !failing_.past.led_on(in_failing));
  }

  /// The order of those that they follow from is all it takes. Their like are at the front by now.
  void mark_those_that_follow() {
    std::vector<ranked_pair> could_decide;
    for (const ranked_pair& each : found_) {
      if (!each.foreign && !each.ordered && !each.idle) could_decide.push_back(each);
    }
    for (ranked_pair& pair : found_) {
      pair.follows = std::any_of(could_decide.begin(), could_decide.end(),
                                 [&](const ranked_pair& other) { return follows(pair, other); });
    }
  }

  const compared_run failing_;
  const compared_run clean_;
  const counterparts same_;
  const subjects_of_deviations about_;
  std::vector<ranked_pair> found_;  // the likeliest
  std::size_t count_ = 0;           // of all
};

inverted_pairs::inverted_pairs(const observation& failing, const observation& clean) {
  if (std::max(failing.steps.size(), clean.steps.size()) > steps_compared) return;
  ranking_ = std::make_unique<ranking>(failing, clean);
}
inverted_pairs::inverted_pairs(inverted_pairs&&) noexcept = default;
inverted_pairs& inverted_pairs::operator=(inverted_pairs&&) noexcept = default;
inverted_pairs::~inverted_pairs() = default;

std::size_t inverted_pairs::count() const { return ranking_ == nullptr ? 0 : ranking_->count(); }
std::size_t inverted_pairs::kept() const { return ranking_ == nullptr ? 0 : ranking_->found().size(); }
std::size_t inverted_pairs::likely() const { return ranking_ == nullptr ? 0 : ranking_->likely(); }
step_pair inverted_pairs::spell(std::size_t rank) const { return ranking_->spell(ranking_->found().at(rank)); }
bool inverted_pairs::later(std::size_t rank, std::size_t than) const {
  return ranking_->later(ranking_->found().at(rank), ranking_->found().at(than));
}

}  // namespace twinloop::testing
