// Systematic searches: every schedule of a small test, or one of each kind that can make a difference.
//
//   TEST(counter, no_schedule_loses_an_update) {
//     auto found = sim::dpor([](sim::world& world) { build(world); world.run(); });
//     EXPECT_TRUE(found.clean()) << found.text();          // no failure, and nothing was left to try
//     EXPECT_EQ(found.traces, 6u);
//   }
//
// The body is called once a run, with a world that was just reset: it adds hosts, calls world.run() and checks, with
// world.check, by an exception, or by a test framework's own macros. Everything that varies it takes from the world.
// A scenario runs as well: [&](sim::world& world) { story.body(world, settings); }.
// Completions are delivered one at a time. Only the choices of `kinds` vary, the others are natural; what is explored
// exhaustively is the space that these kinds span. Picks meet only what is ready at the same virtual instant: an order
// that needs time to pass differently needs `latency`, `pool_done` or `timer_late` in the kinds.
// Which search: explore_all where everything may vary, or to count; dpor for orders; both grow exponentially, so keep
// programs small (a few chains of a few callbacks) or bound the search. Beyond that sample: see choices.hpp.
#ifndef TWINLOOP_SEARCH_HPP
#define TWINLOOP_SEARCH_HPP

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "twinloop/sim.hpp"

namespace twinloop::sim {

/// One run of the test.
using search_body = std::function<void(world&)>;

struct search_result;

struct search_options {
  std::uint32_t kinds = 1u << static_cast<unsigned>(choice_kind::pick);  ///< bit set: which kinds vary
  std::uint64_t max_runs = 1'000'000;                                    ///< stop, not exhausted, after so many
  std::uint32_t max_deviations = UINT32_MAX;  ///< explore_all: at most so many answers other than 0 a run
  std::uint32_t max_reversals = UINT32_MAX;   ///< dpor: at most so many conflicts taken in the other order a run
  bool stop_at_failure = true;
  std::uint64_t data_seed = 0;  ///< world_options::seed
  /// dpor: the test itself shares state between processes (a history, a model): their callbacks conflict, too.
  bool processes_share = false;
  /// A thing that was ready and passed over in this many picks for each thing on offer happens next, whatever else
  /// could: so that a neighbour that is always ready starves nobody. Schedules that do starve are not explored.
  std::uint32_t fairness = 50;
  /// Hashes what the test calls its state when the body has returned; the search collects the distinct ones.
  std::function<std::uint64_t()> state{};
  /// Where choices are written, a run at a time; memory shared with another process has them after this one has died.
  recording* record = nullptr;
  /// Asked before each run, with what there is so far; false ends the search, not exhausted.
  std::function<bool(const search_result&)> go_on{};
};

/// A run that failed.
struct search_failure {
  failure broke;
  outcome ended = outcome::failed;
  std::uint64_t deviations = 0;
  std::vector<choice_record> choices;  ///< replays it: replay_source, strict
};

struct search_result {
  std::uint64_t runs = 0;           ///< different schedules that were run
  std::uint64_t executions = 0;     ///< calls of the body; explore_all repeats lighter schedules on its way to others
  std::uint64_t traces = 0;         ///< distinct Mazurkiewicz traces among them: runs that differ only in the order of
                                    ///< steps that do not conflict are one
  std::uint64_t interleavings = 0;  ///< distinct sequences of steps
  std::uint64_t redundant = 0;      ///< dpor: runs given up as equivalent to earlier ones (sleep-set blocked)
  std::uint64_t forced = 0;         ///< picks that fairness decided
  std::uint32_t deviations = 0;     ///< explore_all: the bound up to which everything was run
  bool exhausted = false;           ///< nothing within the options was left to run
  std::uint64_t failed = 0;         ///< runs that failed
  std::vector<search_failure> failures;  ///< the first of each name, at most 16
  std::set<std::uint64_t> states;        ///< what `state` gave
  bool clean() const { return exhausted && failed == 0; }
  std::string text() const;  ///< for people
};

/// Runs every schedule, fewest deviations from the natural order first: all with one answer that is not 0, all with
/// two, and so on (iterative deepening). Without a bound it ends when every schedule was run.
search_result explore_all(const search_body& body, const search_options& options = {});

/// Dynamic partial-order reduction with sleep sets: runs one schedule of each Mazurkiewicz trace, that is, reorders
/// two picks only if they conflict and nothing else orders them. Kinds other than pick are enumerated in full.
/// Two steps conflict if they are of one process and one of them declares nothing (touches.hpp), or share a key that
/// one of them writes. Steps of different processes conflict over connections, ports and files by themselves, over
/// what the test shares only with processes_share or by declared names. Callbacks of world::at conflict with all.
/// A pool job's body runs in the step that starts it, and in one step for each of its calls that block: such steps
/// conflict as the job is declared. Order between steps: cause, enabling step, passing of time.
/// Exhaustive as far as the declarations are true; max_reversals makes it an under-approximation.
search_result dpor(const search_body& body, const search_options& options = {});

struct commute_result {
  std::uint64_t pairs = 0;              ///< tried in both orders
  std::vector<std::string> mismatches;  ///< each names both labels
  bool clean() const { return mismatches.empty(); }
};

/// Tries declarations out: walks at random (from `seed`) through `walks` schedules, and wherever two things are ready
/// that claim to be independent runs them in both orders, right after each other; `options.state` is compared when the
/// second has run. At most `max_pairs` pairs, each pair of labels at most a few times.
commute_result check_commute(const search_body& body, const search_options& options, std::uint64_t seed,
                             std::uint32_t walks = 20, std::uint32_t max_pairs = 200);

}  // namespace twinloop::sim

#endif
