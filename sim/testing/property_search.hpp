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
  property_search(std::string name, const check_options& options, const watch_options& watch)
      : name_(std::move(name)), options_(options), watch_(watch) {}

  /// From now on the runs of each workload are in a worker process, so that one that dies or stalls fails like any
  /// other.
  void isolate() { isolated_ = true; }
  /// What a worker that searches is watched by: counters().run is the schedule under way, counters().done counts the
  /// runs that ended clean.
  shared_memory& memory() { return memory_; }

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
  using source_maker = std::function<std::unique_ptr<sim::choice_source>(std::uint64_t index)>;
  /// The first of `count` runs that fails, and like `like` if there is one.
  std::optional<run_result> first_failing(const property_case& tried, std::uint64_t count, const source_maker& make,
                                          const run_result* like);
  /// The same from run `index` on, which stays at the last one tried.
  std::optional<run_result> run_here_from(std::uint64_t& index, std::uint64_t count, const subject& what,
                                          std::uint64_t seed, const source_maker& make, const run_result* like);
  std::optional<run_result> run_in_worker_from(std::uint64_t& index, std::uint64_t count, const subject& what,
                                               std::uint64_t seed, const source_maker& make, const run_result* like);
  /// A run of a smaller workload that fails like `like`: under its schedule, matched by names, or under another.
  std::optional<run_result> fails_too(const property_case& smaller, const run_result& like);
  bool shrink_workload(broken_case& best);
  bool shrink_schedule(broken_case& best);

  std::string name_;
  check_options options_;
  watch_options watch_;
  bool isolated_ = false;
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
