// A failure that a search met, checked in fresh processes: is it the program's, or of the way it was run?
#ifndef TWINLOOP_SIM_TESTING_FINDING_HPP
#define TWINLOOP_SIM_TESTING_FINDING_HPP

#include "sim/testing/isolated_run.hpp"

namespace twinloop::testing {

struct shrink_options;

struct finding {
  enum class nature : std::uint8_t {
    failure,            ///< recurs in a fresh process with the same trace: replays anywhere
    leaking_state,      ///< needs the runs before it, or ends otherwise after them
    not_deterministic,  ///< differs from fresh process to fresh process
    killed_by_others,   ///< no failure: somebody killed the process, and the run does not end so by itself
  };
  nature what = nature::failure;
  std::uint64_t seed = 0;
  std::uint64_t run = 0;
  double seconds = 0;     ///< of search until it was met
  observation seen;       ///< of the confirming run if it recurs, else of the one that met it
  observation natural{};  ///< the natural run with its steps, if it was run: sentences then say who was waited for
  bool confirmed = true;  ///< a fresh process showed the same, or it was judged; false: there was no time to
};

/// Names of the failures that are no program's check.
inline constexpr const char* leaking_state_name = "state_leaks_between_runs";
inline constexpr const char* not_deterministic_name = "not_deterministic";

/// Replays what a search met in fresh processes, and judges.
finding confirm(shared_memory& memory, const subject& what, std::uint64_t seed, std::uint64_t run, observation met,
                const watch_options& options);

/// Judges a run that went two ways in one process; `met` holds the events of one of them.
finding explain_difference(shared_memory& memory, const subject& what, std::uint64_t seed, std::uint64_t run,
                           observation met, const watch_options& options);

/// A run of the search in a fresh process, with its events.
observation run_fresh(shared_memory& memory, const subject& what, std::uint64_t seed, std::uint64_t run,
                      const watch_options& options);

/// Makes a finding smaller, and perhaps the settings of its subject; leaves both as they are and says why if it does
/// not recur.
std::optional<std::string> shrink_finding(shared_memory& memory, finding& found, subject& with,
                                          const shrink_options& options);

/// The replay file of a finding.
replay_file make_replay_file(const finding& found, const subject& what, const std::string& program);
/// The failure that a replay file records (outcome and name only); nothing if its run was clean.
std::optional<run_result> recorded_failure(const replay_file& file);

}  // namespace twinloop::testing

#endif
