// The command line of a scenario binary, parsed.
#ifndef TWINLOOP_SIM_TESTING_COMMAND_LINE_HPP
#define TWINLOOP_SIM_TESTING_COMMAND_LINE_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace twinloop::testing {

inline constexpr std::uint64_t default_max_failures = 100;  ///< of explore

enum class command : std::uint8_t { list, run, explore, replay, shrink, explain, merge };

struct command_line {
  command what = command::list;
  std::string program;   ///< base name of the binary
  std::string invoked;   ///< the binary as it was called, for lines to paste: one word of a shell
  std::string scenario;  ///< empty = the only one
  std::string file;      ///< replay, shrink, explain
  std::vector<std::string> settings;
  std::optional<std::string> kinds;
  std::string seed = "1";
  std::uint64_t run = 0;
  std::optional<std::uint64_t> runs;
  std::optional<double> seconds;
  double stall = 10;
  unsigned jobs = 0;                    ///< 0 = one for each CPU
  std::string budget;                   ///< "30s", "10000runs"
  std::optional<std::string> part;      ///< "2/4"
  std::string strategy;                 ///< empty = the default
  std::string results;                  ///< directory
  std::vector<std::string> merge_from;  ///< directories
  std::string merge_into;
  std::optional<std::uint64_t> max_failures;  ///< explore ends then; 0 = never
  std::uint64_t until_saturated = 0;          ///< runs without a new trace class; 0 = not asked for
  bool no_coverage = false;
  std::string isolate;  ///< "run" or empty
  std::string output;
  bool natural = false;
  bool stop_at_first = false;
  bool keep_going = false;  ///< the default, for those who say it
  bool shrink_too = false;
  bool lenient = false;
  bool log = false;
  bool in_process = false;
  bool json = false;
};

/// Exit statuses of all commands.
inline constexpr int exit_clean = 0;
inline constexpr int exit_failure = 1;      ///< found, or one that did not replay
inline constexpr int exit_wrong_use = 2;    ///< or a file, a directory, the system that did not serve
inline constexpr int exit_interrupted = 3;  ///< a search, before its budget was used up and before it found anything

/// What to do: a command, or the exit status after help or an error has been printed.
std::variant<command_line, int> parse_command_line(int argc, char** argv);

}  // namespace twinloop::testing

#endif
