// Dynamic partial-order reduction with sleep sets. After each run its races are found; for each, at the pick where the
// first of the two was taken, something is put on the list that leads to the second before the first: one initial of
// what happened between them and does not depend on the first (source sets: Abdulla, Aronis, Jonsson, Sagonas 2014;
// the scheme: Flanagan and Godefroid 2005). Sleep sets (Godefroid 1996) stop runs that only repeat an explored trace.
// A ready entry takes the place of a thread there: it is named by its lineage, which other orders do not change.
// Kinds other than pick are enumerated: the answers belong to the step that asks for them.
#include <algorithm>

#include "sim/search/body.hpp"
#include "sim/search/fairness.hpp"
#include "sim/search/trace.hpp"

namespace twinloop::sim {
namespace {

struct explored {
  std::uint64_t event = 0;
  footprint touches;
};

bool contains(const std::vector<explored>& all, std::uint64_t event) {
  return std::any_of(all.begin(), all.end(), [&](const explored& each) { return each.event == event; });
}
bool contains(const std::vector<std::uint64_t>& all, std::uint64_t event) {
  return std::find(all.begin(), all.end(), event) != all.end();
}

/// One answered question of the path under exploration.
struct node {
  std::uint32_t n = 0;
  std::uint32_t value = 0;  // of other kinds than pick
  // picks
  std::vector<std::uint64_t> options;  // events; empty for other kinds
  std::vector<std::uint64_t> todo;     // to be taken here, taken ones included
  std::vector<explored> done;
  std::vector<explored> sleep;  // explored elsewhere when this node is reached
  explored chosen;
  std::uint64_t first = 0;  // what was taken here first
  std::uint64_t step = 0;
  bool is_pick() const { return !options.empty(); }
};

/// Follows the path, extends it by what is awake, and keeps the sleep set.
class reducing_source final : public choice_source {
 public:
  explicit reducing_source(const search_options& options) : options_(&options), happened_(options.processes_share) {}

  void restart() {
    next_ = 0;
    sleep_.clear();
    happened_.clear();
    settled_ = 0;
    blocked_ = differs_ = false;
    fairness_.restart();
  }
  std::uint32_t answer(const question& asked) override {
    if ((options_->kinds & bit(asked.kind)) == 0) return fixed_answer(asked);
    if (asked.kind != choice_kind::pick) return answer_value(asked.n);
    settle();
    const std::uint32_t must = fairness_.must_take(asked.options, options_->fairness);
    if (must != fairness::nobody) ++forced_;
    const std::uint32_t value = must != fairness::nobody ? must : answer_pick(asked.options);
    fairness_.took(value);
    return value;
  }
  bool wants_options() const override { return true; }
  bool wants_touches() const override { return true; }
  void happened(const step& made) override {
    settle();
    if (contains(sleep_, event_of(made.what))) blocked_ = true;  // it was the only one, or it was its turn
    if (!blocked_) happened_.add(made);
  }
  void touched(std::uint64_t step, const conflict_key& what) override { happened_.touched(step, what); }

  std::vector<node>& path() { return path_; }
  trace& what_happened() { return happened_; }
  bool blocked() const { return blocked_; }
  bool differs() const { return differs_ || (!blocked_ && next_ < path_.size()); }
  std::uint64_t forced() const { return forced_; }

 private:
  std::uint32_t answer_value(std::uint32_t n) {
    if (blocked_) return 0;
    if (next_ == path_.size()) {
      path_.emplace_back();
      path_.back().n = n;
    }
    node& at = path_[next_++];
    differs_ = differs_ || at.is_pick() || at.n != n;
    return at.value;
  }

  std::uint32_t answer_pick(std::span<const choice_option> options) {
    if (blocked_) return 0;
    if (next_ == path_.size() && !extend(options)) return 0;
    node& at = path_[next_++];
    at.step = happened_.size() + 1;
    sleep_ = at.sleep;
    sleep_.insert(sleep_.end(), at.done.begin(), at.done.end());
    for (std::uint32_t i = 0; i < options.size(); ++i) {
      if (event_of(options[i]) == at.chosen.event) return i;
    }
    differs_ = true;
    return 0;
  }

  /// A new node, at which the first option that is awake is taken. False: all are asleep.
  bool extend(std::span<const choice_option> options) {
    const auto awake = std::find_if(options.begin(), options.end(),
                                    [&](const choice_option& each) { return !contains(sleep_, event_of(each)); });
    if (awake == options.end()) {
      blocked_ = true;
      return false;
    }
    node& made = path_.emplace_back();
    made.n = static_cast<std::uint32_t>(options.size());
    for (const choice_option& each : options) made.options.push_back(event_of(each));
    made.sleep = sleep_;
    made.first = made.chosen.event = event_of(*awake);
    made.todo.push_back(made.first);
    return true;
  }

  /// What the last step conflicts with wakes up.
  void settle() {
    if (blocked_ || settled_ == happened_.size()) return;
    settled_ = happened_.size();
    const footprint& last = happened_.of(settled_);
    std::erase_if(sleep_, [&](const explored& each) { return happened_.conflict(each.touches, last); });
  }

  const search_options* options_;
  std::vector<node> path_;
  std::size_t next_ = 0;
  std::vector<explored> sleep_;
  trace happened_;
  std::size_t settled_ = 0;
  bool blocked_ = false;
  bool differs_ = false;
  std::uint64_t forced_ = 0;
  fairness fairness_;
};

class reduction {
 public:
  reduction(const search_body& body, const search_options& options)
      : body_(&body), options_(&options), source_(options) {}

  search_result run() {
    bool more = true;
    while (more && found_.executions < options_->max_runs && goes_on()) {
      if (!run_once()) break;
      more = advance();
    }
    found_.exhausted = !more && !cut_;
    found_.traces = traces_.size();
    found_.interleavings = found_.runs;
    found_.forced = source_.forced();
    return std::move(found_);
  }

 private:
  bool goes_on() {
    found_.traces = traces_.size();
    return !options_->go_on || options_->go_on(found_);
  }

  /// False: stop.
  bool run_once() {
    source_.restart();
    failure broke = run_body(world_, *body_, source_, *options_);
    ++found_.executions;
    if (source_.differs()) {
      broke = {"search.differs", "the same answers led to other questions: the body does not depend on its world alone",
               ""};
      (void)take_run(found_, *options_, world_, std::move(broke));
      return false;
    }
    trace& happened = source_.what_happened();
    happened.order();
    if (source_.blocked()) {
      ++found_.redundant;
    } else {
      ++found_.runs;
      traces_.insert(happened.hash());
    }
    if (take_run(found_, *options_, world_, std::move(broke))) return false;
    plan(happened);
    return true;
  }

  /// Puts on the lists of the path's nodes what reverses the races of the run.
  void plan(const trace& happened) {
    std::vector<node*> at_step(happened.size() + 1, nullptr);
    for (node& each : source_.path()) {
      if (!each.is_pick() || each.step > happened.size()) continue;
      at_step[each.step] = &each;
      each.chosen.touches.process = happened.of(each.step).process;
      each.chosen.touches.add(happened.of(each.step));
    }
    for (const trace::race& race : happened.races()) {
      if (node* where_first = at_step[race.first]) plan_reversal(*where_first, happened, race);
    }
  }

  static void plan_reversal(node& at, const trace& happened, const trace::race& race) {
    std::vector<std::uint64_t> independent;  // steps between the two that the first does not lead to, then the second
    std::vector<std::uint64_t> initials;     // those of them that nothing else of them comes before, if on offer
    for (std::uint64_t step = race.first + 1; step <= race.second; ++step) {
      if (step != race.second && happened.happens_before(race.first, step)) continue;
      const bool initial = std::none_of(independent.begin(), independent.end(),
                                        [&](std::uint64_t earlier) { return happened.happens_before(earlier, step); });
      independent.push_back(step);
      const std::uint64_t event = happened.event(step);
      if (initial && contains(at.options, event)) initials.push_back(event);
    }
    const bool planned = std::any_of(initials.begin(), initials.end(), [&](std::uint64_t event) {
      return contains(at.todo, event) || contains(at.sleep, event);
    });
    if (planned) return;
    if (!initials.empty()) {
      at.todo.push_back(initials.front());
      return;
    }
    for (const std::uint64_t event : at.options) {
      if (!contains(at.todo, event)) at.todo.push_back(event);
    }
  }

  /// The next path: the deepest node that has something left. False: none has.
  bool advance() {
    std::vector<node>& path = source_.path();
    while (!path.empty()) {
      node& last = path.back();
      if (last.is_pick() ? take_next(last) : ++last.value < last.n) return true;
      path.pop_back();
    }
    return false;
  }

  bool take_next(node& at) {
    at.done.push_back(at.chosen);
    for (const std::uint64_t event : at.todo) {
      if (contains(at.done, event) || contains(at.sleep, event)) continue;
      if (reversals() >= options_->max_reversals) {
        cut_ = true;
        return false;
      }
      at.chosen = {event, {}};
      return true;
    }
    return false;
  }

  /// Nodes of the path above its last that deviate from what was taken there first.
  std::uint32_t reversals() {
    const std::vector<node>& path = source_.path();
    return static_cast<std::uint32_t>(std::count_if(path.begin(), path.end() - 1, [](const node& each) {
      return each.is_pick() && each.chosen.event != each.first;
    }));
  }

  const search_body* body_;
  const search_options* options_;
  reducing_source source_;
  world world_;
  search_result found_;
  std::set<std::uint64_t> traces_;
  bool cut_ = false;
};

}  // namespace

search_result dpor(const search_body& body, const search_options& options) { return reduction(body, options).run(); }

}  // namespace twinloop::sim
