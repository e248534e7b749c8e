// Finding a failing case of a property, and making it small: RapidCheck's shrinks of the workload and twinloop's of the
// schedule in turns, until neither helps.
#ifndef TWINLOOP_SIM_TESTING_PROPERTY_SEARCH_HPP
#define TWINLOOP_SIM_TESTING_PROPERTY_SEARCH_HPP

#include "sim/testing/finding.hpp"
#include "sim/testing/property_case.hpp"

namespace twinloop::testing {

/// A case that breaks, with the run that shows it.
struct broken_case {
  property_case what;
  run_result run;
};

class property_search {
 public:
  property_search(std::string name, const check_options& options) : name_(std::move(name)), options_(options) {}

  /// The first of the case's schedules that fails; `count` of them are tried, in a fixed order.
  std::optional<run_result> search(const property_case& tried, std::uint64_t count);
  /// Makes workload and schedule small. The failure stays the same: outcome and name.
  broken_case shrink(broken_case found);
  /// The smallest schedule that a search from scratch leads to, for a case of which only the workload is known; a
  /// function of the workload and its seed.
  std::optional<run_result> derive(const property_case& what, const run_result* expected);
  /// Judges a failure in fresh processes; its replay file and report are made of this.
  finding confirm_case(const broken_case& found);

  std::uint64_t runs() const { return runs_; }
  std::uint64_t shrinks() const { return shrinks_; }
  std::uint64_t rounds() const { return rounds_; }
  subject subject_of(const property_case& what) const { return make_subject(name_, what, options_.extra_kinds); }

 private:
  run_result execute(const subject& what, std::uint64_t data_seed, sim::choice_source* source);
  /// A run of a smaller workload that fails like `like`: under its schedule, matched by names, or under another.
  std::optional<run_result> fails_too(const property_case& smaller, const run_result& like);
  bool shrink_workload(broken_case& best);
  bool shrink_schedule(broken_case& best);

  std::string name_;
  check_options options_;
  shared_memory memory_;
  sim::world world_;
  std::uint64_t runs_ = 0;
  std::uint64_t shrinks_ = 0;
  std::uint64_t rounds_ = 0;
};

/// Whether the schedule of `a` is the smaller one: fewer deviations, then smaller answers, then a shorter run.
bool smaller_schedule(const run_result& a, const run_result& b);

}  // namespace twinloop::testing

#endif
