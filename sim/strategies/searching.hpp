// What all strategies share: masks, budgets, faults, values, fairness. Each strategy decides picks and holds.
#ifndef TWINLOOP_SIM_STRATEGIES_SEARCHING_HPP
#define TWINLOOP_SIM_STRATEGIES_SEARCHING_HPP

#include <array>
#include <memory>

#include "sim/random.hpp"
#include "sim/strategies/holder.hpp"
#include "twinloop/assert.hpp"
#include "twinloop/strategies.hpp"

namespace twinloop::sim {

/// Answers of defer and close_defer below this hold by count, the others by time; see scheduler.cpp.
inline constexpr std::uint32_t holds_by_count = 8;

/// Chains are numbered from 1 as they open: tables by chain are vectors.
inline constexpr std::uint64_t chains_max = std::uint64_t{1} << 26;

/// Faults that come out of nowhere: rare and budgeted, apart from the search for orders.
std::uint32_t fault_kinds() noexcept;

class searching_source : public search_source {
 public:
  /// `reads_options`: whether pick() and start() do. They are told of them under a label mask, too.
  explicit searching_source(const search_plan& plan, bool reads_options = true);
  std::uint32_t answer(const question& asked) final;
  bool wants_options() const final { return wants_options_; }
  bool wants_keys() const override { return false; }
  bool wants_keys_of_steps() const final { return wants_keys(); }
  void happened(const step& what) final;
  source_report report() const override { return report_; }

 protected:
  /// Answers a pick. Options are there if the strategy reads them, or under a label mask.
  virtual std::uint32_t pick(const question& asked) = 0;
  /// Answers defer and close_defer: natural unless a strategy says otherwise.
  virtual std::uint32_t hold(const question&) { return 0; }
  /// Answers all that is neither an order, a fault nor the test's own value.
  virtual std::uint32_t value(const question& asked);
  /// Answers which job a pool thread takes, with the jobs as options: an order like any other.
  virtual std::uint32_t start(const question& asked) { return pick(asked); }
  virtual std::uint32_t batch(const question&) { return 1; }
  /// Something happened, as step number steps().
  virtual void ran(const step&) {}

  /// Steps so far: the next one has this number plus one.
  std::uint64_t steps() const { return report_.steps; }
  bool deviates(choice_kind kind) const { return (plan_.kinds & bit(kind)) != 0; }

  const search_plan plan_;
  random_stream picks_;
  random_stream values_;
  source_report report_{};

 private:
  [[gnu::noinline]] std::uint32_t answer_bare(question asked);
  std::uint32_t fault(const question& asked);
  std::uint32_t fair_pick(const question& asked);
  std::uint32_t unmasked_pick(const question& asked);
  bool masked(const question& asked) const;
  bool masked(std::uint64_t label) const { return (mix64(label ^ plan_.label_mask) & 1) != 0; }

  const bool wants_options_;
  random_stream users_;
  holder holder_;
  std::array<std::uint32_t, choice_kinds> used_{};
  std::uint64_t front_ = 0;          // the option that has been ready for longest
  std::uint32_t passed_over_ = 0;    // and how often it was not taken since it came to the front
  std::vector<choice_option> kept_;  // options that no mask holds, and where they stand
  std::vector<std::uint32_t> places_;
};

/// The priority that `identity` draws under `seed`: once, and the same in every pick it takes part in.
inline std::uint64_t drawn_priority(std::uint64_t identity, std::uint64_t seed) { return mix64(identity ^ seed); }

/// The answer that takes `option`, one of those of `asked`.
inline std::uint32_t index_of(const choice_option& option, const question& asked) {
  return static_cast<std::uint32_t>(&option - asked.options.data());
}

std::unique_ptr<search_source> make_natural();
std::unique_ptr<search_source> make_random_walk(const search_plan& plan);
std::unique_ptr<search_source> make_static_priority(const search_plan& plan);
std::unique_ptr<search_source> make_defer(const search_plan& plan);
std::unique_ptr<search_source> make_corner(const search_plan& plan);
std::unique_ptr<search_source> make_pct(const search_plan& plan);
std::unique_ptr<search_source> make_pos(const search_plan& plan);
std::unique_ptr<search_source> make_urw(const search_plan& plan, const search_model& learned);
std::unique_ptr<search_source> make_surw(const search_plan& plan, const search_model& learned);
std::unique_ptr<search_source> make_delay_bounded(const search_plan& plan);
std::unique_ptr<search_source> make_nodefz(const search_plan& plan);
std::unique_ptr<search_source> make_nacd(const search_plan& plan);

}  // namespace twinloop::sim

#endif
