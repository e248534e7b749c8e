// Coverage of orders: how many different things a search has seen, and how much is likely left.
//
//   sim::search_coverage seen;
//   seen.begin();                                     // one run
//   sim::coverage_source listening(source, seen);     // or call happened() from a source of your own
//   ... run the world with &listening ...
//   seen.end();
//   sim::coverage_report told = seen.report();
//
// Two runs are of one class when everything that callbacks share was touched in the same order: the key's accesses by
// label, reads in a row in any order. A callback that does not declare what it touches also touches its process.
#ifndef TWINLOOP_COVERAGE_HPP
#define TWINLOOP_COVERAGE_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "twinloop/choices.hpp"

namespace twinloop::sim {

/// The figures, for printing.
struct coverage_report {
  static constexpr std::uint64_t saturated_after = 500;
  std::uint64_t runs = 0;
  std::uint64_t classes = 0;     ///< different ones among them
  std::uint64_t singletons = 0;  ///< classes met exactly once
  std::uint64_t since_new = 0;   ///< runs since the last one of a new class
  std::uint64_t pairs = 0;       ///< pairs of labels that conflict and that nothing orders, seen one after the other
  std::uint64_t pairs_both = 0;  ///< of them, seen in both orders
  /// Share of runs whose class had been met before.
  double duplicates() const { return runs == 0 ? 0 : 1 - static_cast<double>(classes) / static_cast<double>(runs); }
  /// The chance that one more run is of a class not met yet, as Good and Turing estimate it: singletons / runs.
  double unseen() const { return runs == 0 ? 1 : static_cast<double>(singletons) / static_cast<double>(runs); }
  bool saturated() const { return since_new >= saturated_after; }
};

/// A pair of labels, by a hash of both, and the orders in which it was seen: bits 1 and 2.
struct order_pair {
  std::uint64_t labels = 0;
  std::uint32_t orders = 0;
};

class search_coverage {
 public:
  search_coverage();
  ~search_coverage();
  search_coverage(search_coverage&&) noexcept;
  search_coverage& operator=(search_coverage&&) noexcept;

  void begin();
  void happened(const step& what);
  /// Counts the run. One that is begun and never ended (its process died) does not count.
  void end();
  /// The class of the run under way, so far.
  std::uint64_t class_hash() const;
  /// The orders that the run under way showed and no run before it.
  std::span<const order_pair> new_orders() const;
  coverage_report report() const;

  /// Adds what another shard or worker saw; since_new goes on only if that was nothing new.
  void merge(const search_coverage& other);
  /// All of it as numbers; load gives nothing when they are not of a coverage.
  std::vector<std::uint64_t> save() const;
  static std::optional<search_coverage> load(std::span<const std::uint64_t> words);

  /// Pairs are looked for among the first so many steps of a run only: the effort grows with their square.
  static constexpr std::uint64_t steps_compared = 2048;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// Passes the questions of a run on to `answers` (nullptr: natural order) and tells `seen` of its steps.
class coverage_source final : public choice_source {
 public:
  coverage_source(choice_source* answers, search_coverage& seen) : answers_(answers), seen_(&seen) {
    passes_steps_ = answers != nullptr && answers->wants_options();
  }
  std::uint32_t answer(const question& asked) override { return answers_ != nullptr ? answers_->answer(asked) : 0; }
  bool wants_options() const override { return true; }
  bool wants_keys() const override { return passes_steps_ && answers_->wants_keys(); }
  void happened(const step& what) override {
    seen_->happened(what);
    if (passes_steps_) answers_->happened(what);
  }

 private:
  choice_source* answers_;
  search_coverage* seen_;
  bool passes_steps_ = false;
};

}  // namespace twinloop::sim

#endif
