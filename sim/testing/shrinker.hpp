// The search for the smallest run with a given failure, wherever its candidates run.
#ifndef TWINLOOP_SIM_TESTING_SHRINKER_HPP
#define TWINLOOP_SIM_TESTING_SHRINKER_HPP

#include <chrono>

#include "sim/testing/candidate.hpp"

namespace twinloop::testing {

/// Runs the subject with this source; with `observe` overtakings are wanted too.
using executor = std::function<observation(sim::choice_source& source, bool observe)>;

struct shrink_budget {
  std::uint64_t executions = 0;
  std::chrono::steady_clock::time_point until{};
  std::function<bool()> interrupted{};
  std::function<void(std::uint64_t executions, std::uint64_t deviations)> on_progress{};
};

class shrinker {
 public:
  shrinker(executor execute, shrink_budget budget, run_result expected);

  /// Starts from a failing run and makes it smaller until nothing helps or the budget is used up. The passes, from
  /// cheap and large to dear and small, stand in shrink_passes.cpp.
  void shrink(std::vector<sim::choice_record> choices);

  const std::vector<sim::choice_record>& best() const { return best_; }
  std::uint64_t executions() const { return executions_; }
  bool out_of_budget() const { return out_of_budget_; }

 private:
  /// Fewer deviations first, then smaller values, then a shorter run.
  struct measure {
    std::uint64_t deviations = 0;
    std::uint64_t sum = 0;
    std::uint64_t length = 0;
    auto operator<=>(const measure&) const = default;
  };
  static measure measure_of(std::span<const sim::choice_record> choices);

  bool may_go_on();
  /// Whether the run of `source` shows the failure. What it recorded becomes best() if it is smaller.
  bool fails(sim::choice_source& source, observation* seen = nullptr);
  bool fails(const candidate& tried);
  /// Whether it fails and became best().
  bool improves(const candidate& tried);

  void cut_tail();
  void drop_kinds();
  candidate choose_form();
  static std::vector<sim::choice_record> delays_of(std::span<const sim::choice_record> choices,
                                                   const sim::choice_option& option, std::uint64_t before);
  bool delay_instead(candidate& rest, const std::vector<sim::choice_record>& delays);
  void delay_held(candidate& current);
  void delay_overtaken();
  candidate reduce(candidate current);
  bool remove_some(candidate& current, std::size_t chunk);
  void lower_values(candidate& current);
  void remove_pairs(candidate& current);

  executor execute_;
  shrink_budget budget_;
  run_result expected_;
  std::vector<sim::choice_record> best_;
  measure best_measure_{};
  std::uint64_t executions_ = 0;
  bool out_of_budget_ = false;
  std::unordered_map<std::uint64_t, bool> known_;  // fingerprint -> fails
};

}  // namespace twinloop::testing

#endif
