// The command line of a scenario binary, parsed.
#ifndef TWINLOOP_SIM_TESTING_COMMAND_LINE_HPP
#define TWINLOOP_SIM_TESTING_COMMAND_LINE_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace twinloop::testing {

enum class command : std::uint8_t { list, run, explore, replay, shrink };

struct command_line {
  command what = command::list;
  std::string program;   ///< base name of the binary
  std::string invoked;   ///< the binary as it was called
  std::string scenario;  ///< empty = the only one
  std::string file;      ///< replay, shrink
  std::vector<std::string> settings;
  std::optional<std::string> kinds;
  std::string seed = "1";
  std::uint64_t run = 0;
  std::optional<std::uint64_t> runs;
  std::optional<double> seconds;
  double stall = 10;
  std::string output;
  bool natural = false;
  bool keep_going = false;
  bool isolate_each_run = false;
  bool shrink_too = false;
  bool lenient = false;
  bool log = false;
  bool in_process = false;
  bool json = false;
};

/// What to do: a command, or the exit status after help or an error has been printed.
std::variant<command_line, int> parse_command_line(int argc, char** argv);

}  // namespace twinloop::testing

#endif
