// What all commands of a scenario binary share: the scenarios, the command line, ways to find and check things.
#ifndef TWINLOOP_SIM_TESTING_SESSION_HPP
#define TWINLOOP_SIM_TESTING_SESSION_HPP

#include <span>

#include "sim/testing/budget.hpp"
#include "sim/testing/command_line.hpp"
#include "sim/testing/console.hpp"
#include "sim/testing/finding.hpp"

namespace twinloop::testing {

/// Wrong use: told to the person, exit status 2.
struct usage_error {
  std::string text;
};

struct session {
  const command_line& line;
  std::span<const scenario> all;
  console& out;
  const char* scenarios_spelled = "scenarios()";  ///< how a test spells `all`
};

/// The scenario that the command line names, or the only one.
const scenario& find_scenario(const session& session, const std::string& name);
/// The subject of a command line: scenario, checked settings, kinds.
subject make_subject(const session& session, const scenario& story);
/// The settings of "name=value" words, after checking that the scenario takes them.
configuration parse_settings(const scenario& story, const std::vector<std::string>& settings);
/// Reads the replay file of the command line and checks that it is of this program.
replay_file load_replay(const session& session);
/// The scenario and settings of a replay file.
subject make_subject(const session& session, const replay_file& file);

/// The failure that the file records; wrong use if it records none.
run_result expected_failure(const session& session, const replay_file& file);

/// Where the replay file of a finding goes: as asked, else "<scenario>-<seed>.twin"; `ordinal` > 0 adds the run.
std::string output_path(const session& session, const finding& found, const std::string& scenario, std::size_t ordinal);
/// "kv-1.min.twin" for "kv-1.twin".
std::string minimal_name(const std::string& path);
/// The words that repeat a run by its numbers: "./kv run kv --seed 0x1 --run 7".
std::string run_words(const session& session, const subject& what, const finding& found);

/// The limits of a search as the command line gives them; `runs` is always there.
budget budget_of(const command_line& line);
inline constexpr std::uint64_t runs_without_limit = 1'000'000'000'000'000'000;
/// Whether explore was asked for a search that is no sample: --strategy dpor, --strategy dfs.
bool is_systematic(const command_line& line);

std::chrono::milliseconds stall_time(const command_line& line);

int list_command(const session& session);
int run_command(const session& session);
int explore_command(const session& session);
int systematic_command(const session& session);  ///< of explore
int replay_command(const session& session);
int shrink_command(const session& session);
int explain_command(const session& session);
int merge_command(const session& session);

}  // namespace twinloop::testing

#endif
