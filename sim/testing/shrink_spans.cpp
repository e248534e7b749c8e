// The shrinker's passes that make a run shorter: a whole callback's questions are deleted, or there is less work.
#include <algorithm>
#include <map>
#include <tuple>

#include "sim/testing/shrinker.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

constexpr std::size_t spans_tried = 32;

using question_name = std::tuple<sim::choice_kind, std::uint64_t>;

/// `choices` as if those in [first, last) had not been asked: later questions of the same names move forward.
candidate without_span(const std::vector<sim::choice_record>& choices, std::size_t first, std::size_t last) {
  std::map<question_name, std::uint32_t> deleted;
  candidate kept;
  for (std::size_t index = 0; index < choices.size(); ++index) {
    sim::choice_record made = choices[index];
    std::uint32_t& before = deleted[{made.kind, made.label}];
    if (index >= first && index < last) {
      ++before;
      continue;
    }
    made.occurrence -= std::min(before, made.occurrence);
    if (made.value != 0) kept.push_back(follow(made));
  }
  return kept;
}

}  // namespace

/// What one step asked goes, and with it, where answers follow that were drawn for what comes later, a piece of the
/// run: the third request becomes the second.
void shrinker::delete_spans() {
  std::size_t tried = 0;
  for (std::size_t step = best_steps_.size(); step-- > 0 && tried < spans_tried && may_go_on();) {
    if (step >= best_steps_.size()) continue;  // the run has become shorter
    const std::size_t first = std::min<std::size_t>(best_steps_[step].choices, best_.size());
    const bool at_end = step + 1 == best_steps_.size();
    const std::size_t last = at_end ? best_.size() : std::min<std::size_t>(best_steps_[step + 1].choices, best_.size());
    if (first >= last) continue;
    const candidate now = as_answers(best_);
    const candidate rest = without_span(best_, first, last);
    const auto alike = [](const instruction& a, const instruction& b) { return a.essence() == b.essence(); };
    if (std::equal(now.begin(), now.end(), rest.begin(), rest.end(), alike)) continue;
    ++tried;
    (void)fails(rest);
  }
}

/// Fewer clients, fewer commands: each setting that is a size becomes as small as the failure allows, the schedule
/// being followed leniently.
void shrinker::shrink_workload() {
  bool smaller = false;
  for (const size_setting& size : sizes_) smaller = lower_setting(size) || smaller;
  if (smaller) {
    known_.clear();
    learn_natural();
  }
}

bool shrinker::lower_setting(const size_setting& size) {
  const auto found = settings_.find(size.name);
  if (found == settings_.end()) return false;
  const std::optional<std::uint64_t> whole = parse_number(found->second);
  if (!whole || *whole <= size.min) return false;
  const std::uint64_t untried = size.min - 1;
  std::uint64_t passes = untried;
  std::uint64_t fails_at = *whole;
  while (fails_at - passes > 1 && may_go_on()) {
    const std::uint64_t middle = passes == untried ? size.min : passes + (fails_at - passes) / 2;
    configuration less = settings_;
    less[size.name] = std::to_string(middle);
    const std::vector<sim::choice_record> kept = best_;
    const trace kept_steps = best_steps_;
    const measure kept_measure = best_measure_;
    best_measure_ = {UINT64_MAX, 0, 0};  // so that the smaller story's run is taken, if it fails
    const bool good = fails(as_answers(kept), less) && best_measure_.deviations <= kept_measure.deviations;
    if (good) {
      settings_ = less;
      known_.clear();
      fails_at = middle;
      continue;
    }
    best_ = kept;
    best_steps_ = kept_steps;
    best_measure_ = kept_measure;
    passes = middle;
  }
  return fails_at < *whole;
}

}  // namespace twinloop::testing
