// What one watched run showed: its result, the names of what occurred, and who overtook whom. A worker writes these as
// messages while the run goes on, so that they are there even if it dies.
#ifndef TWINLOOP_SIM_TESTING_OBSERVATION_HPP
#define TWINLOOP_SIM_TESTING_OBSERVATION_HPP

#include <unordered_set>

#include "sim/testing/coverage.hpp"
#include "sim/testing/shared_memory.hpp"
#include "sim/testing/subject.hpp"
#include "sim/testing/trace.hpp"

namespace twinloop::testing {

/// A pick that did not take the natural option.
struct overtaking {
  std::uint64_t index = 0;  ///< which choice of the run
  sim::choice_option taken{};
  std::vector<sim::choice_option> overtaken;  ///< the options before it, the natural one first
};

struct observation {
  run_result result;
  std::vector<overtaking> overtakings;
  std::map<std::uint64_t, std::uint64_t> held;      ///< which choice of the run kept a step back, and its identity
  trace steps;                                      ///< only if they were asked for
  std::map<std::uint64_t, std::string> step_names;  ///< of their identities
  std::vector<sim::event> events;                   ///< only if they were logged
  std::optional<std::string> divergence;            ///< where strict replay or a second run went another way
  std::string output;                               ///< the end of what the program printed, if it was captured
  bool complete = false;     ///< the run came to its end; else the process died or was killed in it
  bool interrupted = false;  ///< it was ended from outside: it says nothing about the program
  bool truncated = false;    ///< there was no room for all of its choices
};

/// Writes observations as messages.
class observation_writer {
 public:
  explicit observation_writer(message_log& log) : log_(&log) {}
  void result(const run_result& ended);  ///< all but choices and names
  void name(std::uint64_t hash, const std::string& text);
  void overtook(const overtaking& what);
  void held(std::uint64_t index, std::uint64_t identity);
  void step(const trace_step& what);
  void step_name(std::uint64_t identity, const std::string& text);
  void event(const sim::event& what);
  void divergence(const std::string& text);
  void run_was(const run_class& what);      ///< of a search: what the run that ended was like
  void saw_orders(const order_pair& what);  ///< of a search: orders of a pair that no run before showed

 private:
  message_log* log_;
};

/// Adds what the messages of `log` from `position` on say of a search's runs; `position` moves on behind them. Also
/// while the writer is at work.
void read_coverage(const message_log& log, std::size_t& position, coverage& seen);

/// Adds what the messages of `log` say to `seen`.
void read_observation(const message_log& log, observation& seen);

/// Passes questions on to another source (or answers 0) and writes down names and overtakings as they occur.
class observing_source final : public sim::choice_source {
 public:
  observing_source(sim::choice_source* inner, const sim::world& world, observation_writer writer);
  std::uint32_t answer(const sim::question& asked) override;
  bool wants_options() const override { return true; }
  void happened(const sim::step& step) override;
  /// Also writes down every step, with its name.
  void watch_steps() { steps_wanted_ = true; }
  /// Also writes down where this source, which stands somewhere below, meets its first difference.
  void watch_divergence(const sim::replay_source& strict) { strict_ = &strict; }
  /// The same after the run, for a record that goes on longer than the run.
  void finish();

 private:
  void name_option(const sim::choice_option& option);
  void check_divergence();
  sim::choice_source* inner_;
  const sim::world* world_;
  observation_writer writer_;
  const sim::replay_source* strict_ = nullptr;
  bool steps_wanted_ = false;
  std::uint64_t index_ = 0;
  std::unordered_set<std::uint64_t> named_;
};

}  // namespace twinloop::testing

#endif
