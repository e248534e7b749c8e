// The source of a fuzzed run: bytes answer, under the masks and budgets that searches keep to as well, and the fuzzer
// hears of the order.
#ifndef TWINLOOP_FUZZ_TARGET_SOURCE_HPP
#define TWINLOOP_FUZZ_TARGET_SOURCE_HPP

#include <array>

#include "fuzz/frontier.hpp"
#include "fuzz/mutation.hpp"
#include "fuzz/order_coverage.hpp"

namespace twinloop::fuzz {

class target_source final : public sim::choice_source {
 public:
  /// `coverage` may be nullptr. `kinds`: what may deviate, as in a search; values that the test draws always may.
  target_source(std::span<const std::byte> input, std::uint32_t kinds, order_coverage* coverage);
  std::uint32_t answer(const sim::question& asked) override;
  bool wants_options() const override { return coverage_ != nullptr; }
  void happened(const sim::step& what) override {
    if (coverage_ == nullptr) return;
    passed(coverage_->happened(what));
    event_ = next_;
  }
  /// After the run: each of its events that the coverage knows a reaction of, in order.
  std::span<const milestone> end() {
    if (coverage_ != nullptr) passed(coverage_->end());
    return milestones_;
  }
  /// What each byte of the schedule was asked, those behind its end included; empty without coverage.
  std::span<const asked_byte> asked() const { return asked_; }
  /// Which byte answered what.
  const input_trace& trace() const { return trace_; }

 private:
  void passed(std::uint64_t reaction) {
    event_.reaction = reaction;
    if (reaction != 0) milestones_.push_back(event_);
  }
  void count(const sim::question& asked, std::size_t width, std::uint32_t value);
  bool over_budget(const sim::question& asked) const;
  sim::byte_source bytes_;
  std::uint32_t kinds_;
  order_coverage* coverage_;
  bool scheduled_;
  std::array<std::uint32_t, sim::choice_kinds> used_{};  // answers other than 0, by kind
  input_trace trace_;
  milestone next_;   // what led so far
  milestone event_;  // what led to the event under way
  std::vector<milestone> milestones_;
  std::vector<asked_byte> asked_;
};

/// The input whose decoding answers as `choices` do: a recorded run as a seed. Not exact where a budget is exceeded.
std::vector<std::byte> encode(std::span<const sim::choice_record> choices);

}  // namespace twinloop::fuzz

#endif
