// A candidate of the shrinker: a few instructions, each a reason to leave the natural order, and the source that
// follows them. Whatever they say is a legal run: what cannot be followed is natural.
#ifndef TWINLOOP_SIM_TESTING_CANDIDATE_HPP
#define TWINLOOP_SIM_TESTING_CANDIDATE_HPP

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sim/testing/trace.hpp"

namespace twinloop::testing {

struct instruction {
  enum class form : std::uint8_t {
    answer,  ///< a recorded answer, followed as lenient replay follows it
    rush,    ///< `until` goes whenever it is on offer
    order,   ///< `held` waits until `until` has run, as long as there is something else to do; with `until` the same
             ///< step it waits for nobody, and is only late by its exponent
  };
  form how = form::answer;
  sim::choice_record record{};  ///< answer
  std::uint64_t held = 0;       ///< order: identity of a step
  std::uint64_t until = 0;      ///< order, rush
  std::uint32_t exponent = 0;   ///< order: the answer to a question that could hold `held` (defer, ...); 0 = natural
  /// A number that equal instructions share.
  std::uint64_t essence() const;
};

using candidate = std::vector<instruction>;

instruction follow(const sim::choice_record& made);
/// Every deviation of `choices` as an answer.
candidate as_answers(std::span<const sim::choice_record> choices);

/// Kinds that keep one thing waiting, other than by picking another.
bool is_delay(sim::choice_kind kind);
/// Kinds that a directive "X waits until Y has run" stands for: picks, holds and batches.
bool is_order(sim::choice_kind kind);

/// The directives that make up the difference between a run and the natural one. Each says how long its step was kept
/// from running, in the exponent that a deferring question would need.
candidate as_orders(const trace& run, const std::vector<inversion>& inversions);

class candidate_source final : public sim::choice_source {
 public:
  explicit candidate_source(const candidate& follows);
  std::uint32_t answer(const sim::question& asked) override;
  bool wants_options() const override { return true; }
  void happened(const sim::step& step) override;
  /// Which instructions have made a difference so far. The others may be left out, and the run stays the same.
  std::vector<bool> used() const;

 private:
  struct order_state {
    std::size_t index = 0;
    std::uint64_t held = 0;
    std::uint64_t until = 0;
    std::uint32_t exponent = 0;
    bool over = false;  // `until` has run
  };
  std::uint32_t pick(const sim::question& asked);
  std::uint32_t hold(const sim::question& asked);
  order_state* holder_of(std::uint64_t identity);
  static std::vector<sim::choice_record> answers_of(const candidate& follows);

  sim::replay_source answers_;
  std::vector<std::size_t> answer_index_;  // of each record of answers_, its instruction
  std::unordered_map<std::uint64_t, std::size_t> rushed_;
  std::vector<order_state> orders_;
  std::unordered_multimap<std::uint64_t, std::size_t> by_held_, by_until_;  // identity -> order
  std::vector<bool> used_;
  order_state* kept_back_ = nullptr;  // by the last pick: a batch must not deliver it along with what was picked
};

}  // namespace twinloop::testing

#endif
