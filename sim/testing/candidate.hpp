// A candidate of the shrinker: a few instructions, each a reason to leave the natural order, and the source that
// follows them. Whatever they say is a legal run: what cannot be followed is natural.
#ifndef TWINLOOP_SIM_TESTING_CANDIDATE_HPP
#define TWINLOOP_SIM_TESTING_CANDIDATE_HPP

#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "sim/testing/observation.hpp"

namespace twinloop::testing {

struct instruction {
  enum class form : std::uint8_t {
    answer,  ///< this question (kind, label, occurrence) is answered so; a pick by the identity of its option, which
             ///< becomes eager if it is not on offer there
    eager,   ///< this option goes as soon as it is on offer
    order,   ///< `held` waits until `until` has run, as long as there is something else to do
  };
  form how = form::answer;
  sim::choice_record record{};  ///< answer, eager
  sim::choice_option held{};    ///< order
  sim::choice_option until{};
  bool operator==(const instruction& other) const;
};

using candidate = std::vector<instruction>;

/// A number that equal candidates share.
std::uint64_t fingerprint(const candidate& tried);

/// Every deviation of `choices` as an answer.
candidate as_answers(std::span<const sim::choice_record> choices);
/// The same, but picks as orders, each overtaken option after the one that overtook it; `all_pairs` also has the
/// options between the natural one and the taken one.
candidate as_orders(std::span<const sim::choice_record> choices, std::span<const overtaking> overtakings,
                    bool all_pairs);
/// The same, but picks as eager options.
candidate as_eager(std::span<const sim::choice_record> choices);

class candidate_source final : public sim::choice_source {
 public:
  explicit candidate_source(const candidate& follows);
  std::uint32_t answer(const sim::question& asked) override;
  bool wants_options() const override { return needs_options_; }

 private:
  struct order_state {
    std::uint64_t held = 0;
    std::uint64_t until = 0;
    bool seen = false;  // `until` was on offer
    bool over = false;  // and no longer is: it has run
  };
  std::uint32_t pick(const sim::question& asked);
  void update_orders(const sim::question& asked);
  bool is_held(const sim::choice_option& option) const;
  std::map<std::tuple<sim::choice_kind, std::uint64_t, std::uint32_t>, sim::choice_record> answers_;
  std::unordered_map<std::uint64_t, bool> eager_;  // identity -> not yet gone
  std::vector<order_state> orders_;
  bool needs_options_ = false;
};

}  // namespace twinloop::testing

#endif
