// Strategies: who answers the choices of a search, run after run. docs/search.md says what each is good for.
//
//   sim::search_model learned = sim::learn(seed, kinds, [&](std::uint64_t run, sim::choice_source& source) {
//     return run_it(source);                                       // true when the run ended clean
//   });
//   sim::search_plan plan = sim::plan_run(seed, run, kinds, learned);
//   auto source = sim::make_source(plan, learned);                 // answers exactly one run
//
// A run of a search is a pure function of (program, seed, run, kinds, strategy): what strategies learn, they learn in
// the first few runs, which are a function of the seed too and are the same for every strategy. So any shard, process
// or machine that runs these again knows the same. Thread: none of this is shared between threads, except a model,
// which is constant once it was learned.
#ifndef TWINLOOP_STRATEGIES_HPP
#define TWINLOOP_STRATEGIES_HPP

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "twinloop/choices.hpp"

namespace twinloop::sim {

/// How a searching source deviates from the natural order.
enum class strategy : std::uint8_t {
  natural,          ///< never
  random_walk,      ///< every pick uniform over its options
  static_priority,  ///< each ready thing draws a priority once; the highest goes first
  defer,            ///< picks stay natural, completions are held back with a drawn probability
  corner,           ///< one fixed extreme: last in first out, all timers late, one label always late, ...
  pct,              ///< random priorities of causal chains, lowered at a few points; fair
  pos,              ///< as static_priority, but priorities are drawn anew when something that conflicts has run
  urw,              ///< uniform over interleavings of chains, by their learned lengths
  surw,             ///< the same over what touches one conflict key or process, the rest by priority
  delay_bounded,    ///< natural, but at one or two points what would be next is set aside
  scatter,          ///< random_walk, and most completions are held. In plans: random_walk that holds most
  nodefz,           ///< baseline: what Node.fz does to libuv, as far as choices can say it
  nacd,             ///< baseline: each completion is delayed with probability 1/2 by up to 500 ms of virtual time
  rotation,         ///< all of the above but the baselines, held and not: the default. Never in a plan
};
inline constexpr std::size_t strategies = 14;
/// Its name, as in "random_walk"; a string literal. parse_strategy is the inverse.
const char* name(strategy) noexcept;
std::optional<strategy> parse_strategy(std::string_view) noexcept;

/// What a plan holds back beside the picks of its strategy: see docs/search.md.
enum class holding : std::uint8_t {
  own,   ///< what the strategy holds by itself: defer, corner and the baselines do, the others nothing
  some,  ///< every other completion, for short or for long; timers, pool and transfers deviate, too
  most,  ///< most completions for short, so that all that is under way is shuffled, and a few for long
};

/// The extremes of strategy::corner.
enum class corner : std::uint8_t {
  lifo,    ///< what became ready last goes first
  timers,  ///< all timers are noticed as late as may be
  pools,   ///< all pool work is taken, done and delivered as late as may be
  label,   ///< what has one label goes when there is nothing else
};

/// What was learned about a program. Empty = nothing: every strategy works, but urw takes all chains for equally long,
/// and pct and delay_bounded guess the length of a run. Equal on every machine for equal (program, seed, kinds).
class search_model {
 public:
  /// Runs 0 to learning_runs - 1 of every search are what is learned from: natural, natural, and three corners.
  static constexpr std::uint64_t learning_runs = 5;

  bool empty() const { return runs_ == 0; }
  /// Steps of the longest run; 0 if unknown.
  std::uint32_t steps() const { return steps_; }
  /// Labels that ran in the natural order, in order of their first step.
  const std::vector<std::uint64_t>& labels() const { return labels_; }
  /// Whether anything told what it touches and that it is all.
  bool any_declared() const { return any_declared_; }
  /// Steps of a chain that `chain_name` opens and of the chains that it opens in turn: the mean, in sixteenths. Of a
  /// name not met: the smallest mean known, or one step.
  std::uint32_t length16(std::uint64_t chain_name) const;
  /// Conflict keys and processes that more than one chain touches, the most used first.
  const std::vector<std::uint64_t>& foci() const { return foci_; }
  /// As length16, of only the steps that touch `focus`; 0 if such a chain never does.
  std::uint32_t length16(std::uint64_t chain_name, std::uint64_t focus) const;

  /// All of it as numbers, for handing it to another process; load gives nothing when they are not of a model.
  std::vector<std::uint64_t> save() const;
  static std::optional<search_model> load(std::span<const std::uint64_t> words);
  bool operator==(const search_model&) const = default;

 private:
  friend class learning_source;
  struct sum {
    std::uint64_t steps = 0;
    std::uint64_t chains = 0;
    bool operator==(const sum&) const = default;
  };
  static std::uint32_t mean16(const sum& all);
  void summarise();

  std::uint64_t runs_ = 0;
  std::uint64_t length_runs_ = 0;
  std::uint32_t steps_ = 0;
  std::uint32_t least16_ = 16;
  bool any_declared_ = false;
  std::vector<std::uint64_t> labels_;
  std::map<std::uint64_t, sum> lengths_;                                  // by chain name
  std::map<std::pair<std::uint64_t, std::uint64_t>, sum> focus_lengths_;  // by focus and chain name
  std::map<std::uint64_t, sum> focus_use_;                                // by focus: steps and chains
  std::vector<std::uint64_t> foci_;
};

/// Passes the questions of one run on to `answers` and listens; teach() adds what it heard to a model.
class learning_source final : public choice_source {
 public:
  /// `answers` outlives it.
  explicit learning_source(choice_source& answers);
  ~learning_source() override;
  std::uint32_t answer(const question& asked) override { return answers_->answer(asked); }
  bool wants_options() const override { return true; }
  bool wants_keys() const override { return answers_->wants_keys(); }
  void happened(const step&) override;
  /// After the run, if it ended clean: a run that broke off says nothing about lengths. `run` is its number: labels are
  /// learned from run 0, lengths from run 2 on.
  void teach(search_model& pupil, std::uint64_t run) const;

 private:
  struct state;
  choice_source* answers_;
  std::unique_ptr<state> state_;
};

/// One point of a search: a value that, with the model it was planned with, determines all answers.
struct search_plan {
  static constexpr std::size_t points_max = 3;
  strategy how = strategy::natural;
  std::uint64_t seed = 0;           ///< of this run's generators
  std::uint32_t kinds = 0;          ///< bit set over choice_kind: which kinds may deviate
  std::uint32_t defer_one_in = 8;   ///< defer: one completion in this many is held
  std::uint32_t fault_one_in = 64;  ///< fault kinds (net_fault .. signal): one question in this many
  std::uint32_t fault_budget = 2;   ///< and at most this many non-zero answers of each fault kind a run
  std::uint32_t late_budget = 3;    ///< how often timers are noticed late; corners 1000 times, baselines always
  std::uint64_t label_mask = 0;     ///< swarm: not 0 = labels whose hash with it is odd stay natural
  holding holds = holding::own;     ///< some, most: late_budget is not looked at
  corner extreme = corner::lifo;
  std::uint64_t focus = 0;                         ///< corner::label: the label. surw: the conflict key or process
  std::array<std::uint32_t, points_max> points{};  ///< pct, delay_bounded: steps (from 1) at which to change; 0 = none
};

/// Nothing learned.
const search_model& untaught() noexcept;

/// The plan of run `run` of search `seed`: runs 0 and 1 natural (the second must repeat the first), then three corners,
/// then `how`; for rotation all strategies in turn, most of them under a holding, few under a swarm mask, with a corner
/// of one late label as every tenth run until each label has had its turn. `kinds` limits what may ever deviate.
/// strategy::natural is natural throughout.
search_plan plan_run(std::uint64_t seed, std::uint64_t run, std::uint32_t kinds,
                     const search_model& learned = untaught(), strategy how = strategy::rotation);

/// A plan of strategy `how` with parameters drawn by `seed`: what plan_run gives after its opening runs, unmasked.
search_plan plan_strategy(strategy how, std::uint64_t seed, std::uint32_t kinds,
                          const search_model& learned = untaught());

/// Delay bounding without chance: the plans 0 to delay_plans(steps, delays) - 1 delay at every multiset of at most
/// `delays` (0 to 3) of the first `steps` steps, those with fewer delays first.
std::uint64_t delay_plans(std::uint32_t steps, std::uint32_t delays) noexcept;
search_plan delay_plan(std::uint64_t index, std::uint32_t steps, std::uint64_t seed, std::uint32_t kinds);

/// What a source did for fairness, and how good its expectation of the run was.
struct source_report {
  std::uint64_t forced = 0;    ///< picks of something that had been passed over too often
  std::uint64_t demoted = 0;   ///< pct: firings after which a chain that arms itself again went behind all others
  std::uint64_t walked = 0;    ///< pct: picks answered uniformly because the run did not end
  std::uint64_t expected = 0;  ///< urw, surw: steps that the model had foreseen for the chains met, in sixteenths
  std::uint64_t steps = 0;     ///< that happened (surw: that touched its focus); 0 if the source does not listen
};

class search_source : public choice_source {
 public:
  virtual source_report report() const { return {}; }
};

/// The source of a plan; for one run. `learned` outlives it, and is the model that the plan was made with.
std::unique_ptr<search_source> make_source(const search_plan& plan, const search_model& learned = untaught());
std::unique_ptr<search_source> make_source(const search_plan& plan, const search_model&& learned) = delete;

/// Learns: calls `execute` for each learning run with the source that answers it. It gives back whether the run ended
/// clean; one that did not teaches nothing.
search_model learn(std::uint64_t seed, std::uint32_t kinds,
                   const std::function<bool(std::uint64_t run, choice_source& source)>& execute);

}  // namespace twinloop::sim

#endif
