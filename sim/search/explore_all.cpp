// Bounded depth-first search by iterative deepening on the number of answers that are not 0. Stateless: a schedule is
// its prefix of answers, and everything after the prefix is natural.
#include <algorithm>

#include "sim/random.hpp"
#include "sim/search/body.hpp"
#include "sim/search/fairness.hpp"
#include "sim/search/trace.hpp"

namespace twinloop::sim {
namespace {

struct answered {
  std::uint32_t n = 0;
  std::uint32_t value = 0;
};

/// Answers from a path, extends it by zeros, and remembers what happened.
class enumerating_source final : public choice_source {
 public:
  explicit enumerating_source(const search_options& options) : options_(&options), happened_(options.processes_share) {}

  void restart() {
    next_ = 0;
    sequence_ = 0;
    differs_ = false;
    fairness_.restart();
    happened_.clear();
  }
  std::uint32_t answer(const question& asked) override {
    if ((options_->kinds & bit(asked.kind)) == 0) return fixed_answer(asked);
    if (asked.kind != choice_kind::pick) return next_answer(asked.n);
    const std::uint32_t must = fairness_.must_take(asked.options, options_->fairness);
    if (must != fairness::nobody) ++forced_;
    const std::uint32_t value = must != fairness::nobody ? must : next_answer(asked.n);
    fairness_.took(value);
    return value;
  }
  bool wants_options() const override { return true; }
  bool wants_touches() const override { return true; }
  void happened(const step& made) override {
    happened_.add(made);
    sequence_ = mix64(sequence_ ^ event_of(made.what));
  }
  void touched(std::uint64_t step, const conflict_key& what) override { happened_.touched(step, what); }

  /// The next path with at most `bound` deviations; false if there is none. Sets `cut` if the bound is the reason.
  bool advance(std::uint32_t bound, bool& cut) {
    path_.resize(next_);
    std::uint32_t weight = deviations();
    while (!path_.empty()) {
      answered& last = path_.back();
      if (last.value != 0) --weight;
      if (last.value + 1 < last.n) {
        if (weight < bound) {
          ++last.value;
          return true;
        }
        cut = true;
      }
      path_.pop_back();
    }
    return false;
  }
  std::uint32_t deviations() const {
    return static_cast<std::uint32_t>(
        std::count_if(path_.begin(), path_.end(), [](const answered& each) { return each.value != 0; }));
  }
  bool differs() const { return differs_ || next_ < path_.size(); }
  std::uint64_t sequence() const { return sequence_; }
  std::uint64_t forced() const { return forced_; }
  trace& what_happened() { return happened_; }

 private:
  std::uint32_t next_answer(std::uint32_t n) {
    if (next_ == path_.size()) path_.push_back({n, 0});
    answered& at = path_[next_++];
    differs_ = differs_ || at.n != n;
    return at.value;
  }

  const search_options* options_;
  std::vector<answered> path_;
  std::size_t next_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t forced_ = 0;
  bool differs_ = false;
  fairness fairness_;
  trace happened_;
};

class exploration {
 public:
  exploration(const search_body& body, const search_options& options)
      : body_(&body), options_(&options), source_(options) {}

  search_result run() {
    for (std::uint32_t bound = 0;; ++bound) {
      bool cut = false;
      if (!run_level(bound, cut)) break;
      found_.deviations = bound;
      found_.exhausted = !cut;
      if (!cut || bound == options_->max_deviations) break;
    }
    found_.traces = traces_.size();
    found_.interleavings = sequences_.size();
    found_.forced = source_.forced();
    return std::move(found_);
  }

 private:
  bool goes_on() {
    found_.traces = traces_.size();
    return !options_->go_on || options_->go_on(found_);
  }

  /// All runs of up to `bound` deviations, of which those with exactly so many are new. False: stop.
  bool run_level(std::uint32_t bound, bool& cut) {
    do {
      if (found_.executions == options_->max_runs || !goes_on()) return false;
      source_.restart();
      failure broke = run_body(world_, *body_, source_, *options_);
      ++found_.executions;
      if (source_.deviations() == 0) {
        if (bound == 0) natural_ = source_.sequence();
        natural_differs_ = natural_ != source_.sequence();
      }
      if (source_.differs() || natural_differs_) {
        broke = {"search.differs",
                 "the same answers led to other questions: the body does not depend on its world alone", ""};
        (void)take_run(found_, *options_, world_, std::move(broke));
        return false;
      }
      if (source_.deviations() == bound) {
        ++found_.runs;
        source_.what_happened().order();
        traces_.insert(source_.what_happened().hash());
        sequences_.insert(source_.sequence());
        if (take_run(found_, *options_, world_, std::move(broke))) return false;
      }
    } while (source_.advance(bound, cut));
    return true;
  }

  const search_body* body_;
  const search_options* options_;
  enumerating_source source_;
  world world_;
  search_result found_;
  std::uint64_t natural_ = 0;  // sequence of the run without deviations, which each level repeats
  bool natural_differs_ = false;
  std::set<std::uint64_t> traces_;
  std::set<std::uint64_t> sequences_;
};

}  // namespace

search_result explore_all(const search_body& body, const search_options& options) {
  return exploration(body, options).run();
}

}  // namespace twinloop::sim
