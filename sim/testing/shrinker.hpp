// The search for the smallest run with a given failure, wherever its candidates run.
//
// The passes go from cheap and large to dear and small: confirm, cut the tail, whole kinds of choices, directives
// ("X waits until Y has run"), their canonical form, single answers, lower values, pairs, deletion, one other answer in
// the natural run, workload; and again until nothing helps. docs/shrinking.md tells what each does and what it costs.
#ifndef TWINLOOP_SIM_TESTING_SHRINKER_HPP
#define TWINLOOP_SIM_TESTING_SHRINKER_HPP

#include <chrono>
#include <map>
#include <optional>

#include "sim/testing/candidate.hpp"
#include "sim/testing/failure_signature.hpp"
#include "sim/testing/verdict_cache.hpp"

namespace twinloop::testing {

inline constexpr std::size_t steps_compared = 5'000;  ///< longer runs are shrunk answer by answer

/// How candidates run.
struct executor {
  /// Runs the subject with this source under these settings. The steps of the run are wanted.
  std::function<observation(sim::choice_source& source, const configuration& settings)> run;
  /// In this process: the source remembers afterwards what it did. Else a copy of it, elsewhere, did it.
  bool here = true;
};

struct shrink_budget {
  std::uint64_t executions = 5'000;
  std::uint64_t stall = 300;      ///< executions in a row without progress
  std::uint64_t successes = 500;  ///< times that something became smaller
  std::chrono::steady_clock::time_point until{};
  std::function<bool()> interrupted{};
  std::function<void(std::uint64_t executions, std::uint64_t deviations)> on_progress{};
};

/// A failure that is not the one that is being shrunk, and the smallest run that showed it.
struct other_failure {
  failure_signature what;
  std::uint64_t count = 0;
  std::vector<sim::choice_record> choices;
  configuration settings;
};

struct shrink_outcome {
  std::optional<std::string> problem;  ///< why nothing was shrunk
  std::vector<sim::choice_record> best;
  configuration settings;
  std::uint64_t executions = 0;
  std::uint64_t cached = 0;    ///< candidates whose verdict was known without running them
  std::uint64_t slips = 0;     ///< candidates that failed, but otherwise
  bool natural_fails = false;  ///< it fails in the natural order: only the workload was shrunk
  bool out_of_budget = false;  ///< it might become smaller yet
  std::vector<other_failure> also_seen;
};

class shrinker {
 public:
  /// `what` gives settings, which of them say how much work there is, and the kinds that may deviate. `trace_hash` is
  /// that of the run to shrink, 0 = unknown.
  shrinker(executor execute, shrink_budget budget, failure_signature expected, std::uint64_t trace_hash,
           const subject& what);

  shrink_outcome shrink(std::vector<sim::choice_record> choices);

 private:
  /// Fewer deviations first, then smaller values, then a shorter run.
  struct measure {
    std::uint64_t deviations = 0;
    std::uint64_t sum = 0;
    std::uint64_t length = 0;
    auto operator<=>(const measure&) const = default;
  };
  static measure measure_of(std::span<const sim::choice_record> choices);

  // ---- shrinker.cpp: trials
  bool may_go_on();
  std::optional<observation> execute(sim::choice_source& source, const configuration& settings);
  /// Whether it is the failure that is looked for. Takes the run for the best if it is smaller, notes other failures.
  bool judge(const observation& tried, const configuration& settings);
  void progressed();
  /// The part of `tried` that makes a difference, if the failure is there.
  std::optional<candidate> fails(const candidate& tried) { return fails(tried, settings_); }
  std::optional<candidate> fails(const candidate& tried, const configuration& settings);
  std::optional<std::string> confirm(const std::vector<sim::choice_record>& choices);
  void learn_natural();

  // ---- shrink_passes.cpp
  void shrink_schedule();
  void cut_tail();
  void drop_kinds();
  candidate reduce(candidate current);
  bool remove_some(candidate& current, std::size_t chunk);
  void lower_values(candidate& current);
  void remove_pairs(candidate& current);
  std::vector<sim::choice_record> questions_to_try() const;
  void natural_but_for_one();
  bool remove_and_move(candidate& current, std::size_t removed);

  // ---- shrink_directives.cpp
  std::optional<candidate> as_directives();
  candidate keep_back(const std::function<bool(sim::choice_kind)>& replaced) const;
  void canonicalise(candidate& current);
  void one_for_all();

  // ---- shrink_spans.cpp
  void delete_spans();
  void shrink_workload();
  bool lower_setting(const size_setting& size);

  executor execute_;
  shrink_budget budget_;
  failure_signature expected_;
  std::uint64_t trace_hash_;
  configuration settings_;
  std::vector<size_setting> sizes_;
  std::uint32_t kinds_;  ///< that may deviate
  std::vector<sim::choice_record> best_;
  trace best_steps_;
  measure best_measure_{};
  trace natural_;
  std::vector<sim::choice_record> natural_choices_;
  verdict_cache known_;
  shrink_outcome done_;
  std::uint64_t last_progress_ = 0;
  std::uint64_t successes_ = 0;
  bool out_of_budget_ = false;
  bool pairs_on_ = false;
};

}  // namespace twinloop::testing

#endif
