// Tries the claims behind the reduction: two things that are ready together and share no key are run in both orders,
// back to back, and the test's state is compared.
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "sim/random.hpp"
#include "sim/search/body.hpp"
#include "sim/search/trace.hpp"
#include "twinloop/assert.hpp"

#include <fmt/format.h>

namespace twinloop::sim {
namespace {

constexpr std::uint32_t times_each = 3;  // a pair of labels is tried

/// Two options of the pick number `pick` of a walk.
struct candidate {
  std::uint64_t pick = 0;
  std::array<std::uint64_t, 2> events{};
  std::array<std::uint64_t, 2> labels{};
};

/// Walks at random; from pick `at` on it takes two given events, notes the state, and goes on naturally.
class walking_source final : public choice_source {
 public:
  walking_source(const search_options& options, std::uint64_t seed)
      : options_(&options), seed_(seed), random_(seed), happened_(options.processes_share) {}

  /// Nothing = only walk, and collect what could be tried.
  void restart(const candidate* tried, bool second_first) {
    tried_ = tried;
    if (tried != nullptr) {
      order_ = tried->events;
      if (second_first) std::swap(order_[0], order_[1]);
    }
    random_ = random_stream(seed_);
    happened_.clear();
    picks_ = taken_ = 0;
    state_.reset();
  }
  std::uint32_t answer(const question& asked) override {
    if (asked.kind == choice_kind::pick) observe();  // other questions are asked before or inside callbacks
    if ((options_->kinds & bit(asked.kind)) == 0) return fixed_answer(asked);
    if (asked.kind != choice_kind::pick) return random_.below(asked.n);
    if (tried_ == nullptr) collect(asked.options);
    const std::uint64_t pick = picks_++;
    if (tried_ == nullptr || pick < tried_->pick) return random_.below(asked.n);
    for (std::uint32_t i = 0; i < asked.n && taken_ < 2; ++i) {
      if (event_of(asked.options[i]) == order_[taken_]) return i;
    }
    return 0;
  }
  bool wants_options() const override { return true; }
  bool wants_touches() const override { return true; }
  void happened(const step& made) override {
    observe();
    happened_.add(made);
    if (tried_ == nullptr || taken_ == 2 || event_of(made.what) != order_[taken_]) return;
    steps_[taken_++] = made.number;
  }
  void touched(std::uint64_t step, const conflict_key& what) override { happened_.touched(step, what); }

  std::vector<candidate> candidates;
  /// Whether both ran, one right after the other, and indeed touched nothing in common.
  bool independent() const {
    return taken_ == 2 && steps_[1] == steps_[0] + 1 &&
           !happened_.conflict(happened_.of(steps_[0]), happened_.of(steps_[1]));
  }
  /// The state after the second; after the run if that was its last step.
  std::uint64_t state() {
    observe();
    return state_.value_or(0);
  }

 private:
  void observe() {
    if (taken_ == 2 && !state_) state_ = options_->state();
  }
  void collect(std::span<const choice_option> options) {
    auto touches = [](const choice_option& of) {
      return footprint{of.process, !of.declared, of.process == 0, {of.keys.begin(), of.keys.end()}};
    };
    for (std::size_t i = 0; i < options.size(); ++i) {
      for (std::size_t j = i + 1; j < options.size(); ++j) {
        if (happened_.conflict(touches(options[i]), touches(options[j]))) continue;
        candidates.push_back(
            {picks_, {event_of(options[i]), event_of(options[j])}, {options[i].label, options[j].label}});
      }
    }
  }

  const search_options* options_;
  std::uint64_t seed_;
  random_stream random_;
  trace happened_;
  const candidate* tried_ = nullptr;
  std::array<std::uint64_t, 2> order_{};
  std::array<std::uint64_t, 2> steps_{};
  std::uint64_t picks_ = 0;
  std::size_t taken_ = 0;
  std::optional<std::uint64_t> state_;
};

class checking {
 public:
  checking(const search_body& body, const search_options& options, std::uint32_t max_pairs)
      : body_(&body), options_(&options), max_pairs_(max_pairs) {}

  void walk(std::uint64_t seed) {
    walking_source source(*options_, seed);
    source.restart(nullptr, false);
    (void)run_body(world_, *body_, source, *options_);
    const std::vector<candidate> candidates = std::move(source.candidates);
    for (const candidate& each : candidates) {
      if (found_.pairs == max_pairs_) return;
      std::array<std::uint64_t, 2> labels = each.labels;
      std::sort(labels.begin(), labels.end());
      if (times_[labels] < times_each && try_both(source, each)) ++times_[labels];
    }
  }
  commute_result take() { return std::move(found_); }

 private:
  /// False: they turned out to conflict, or could not be run back to back.
  bool try_both(walking_source& source, const candidate& pair) {
    std::array<std::uint64_t, 2> states{};
    for (const bool second_first : {false, true}) {
      source.restart(&pair, second_first);
      (void)run_body(world_, *body_, source, *options_);
      states[second_first] = source.state();
      if (!source.independent()) return false;
    }
    ++found_.pairs;
    if (states[0] == states[1]) return true;
    std::string text =
        fmt::format("{} and {} claim to be independent, but the state depends on which of them runs first",
                    world_.describe(pair.labels[0]), world_.describe(pair.labels[1]));
    const bool known = std::find(found_.mismatches.begin(), found_.mismatches.end(), text) != found_.mismatches.end();
    if (!known) found_.mismatches.push_back(std::move(text));
    return true;
  }

  const search_body* body_;
  const search_options* options_;
  std::uint32_t max_pairs_;
  world world_;
  commute_result found_;
  std::map<std::array<std::uint64_t, 2>, std::uint32_t> times_;
};

}  // namespace

commute_result check_commute(const search_body& body, const search_options& options, std::uint64_t seed,
                             std::uint32_t walks, std::uint32_t max_pairs) {
  TWINLOOP_ASSERT(static_cast<bool>(options.state));  // what would be compared otherwise?
  checking check(body, options, max_pairs);
  for (std::uint32_t i = 0; i < walks; ++i) check.walk(mix64(seed ^ mix64(i + 1)));
  return check.take();
}

}  // namespace twinloop::sim
