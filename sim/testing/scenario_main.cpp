// The main function of scenario binaries: list, run, explore, replay, shrink, explain, merge.
#include <exception>
#include <nlohmann/json.hpp>

#include "sim/testing/results_directory.hpp"
#include "sim/testing/session.hpp"

namespace twinloop::testing {
namespace {

int dispatch(const session& session) {
  switch (session.line.what) {
    case command::list:
      return list_command(session);
    case command::run:
      return run_command(session);
    case command::explore:
      return explore_command(session);
    case command::replay:
      return replay_command(session);
    case command::shrink:
      return shrink_command(session);
    case command::explain:
      return explain_command(session);
    case command::merge:
      return merge_command(session);
  }
  return exit_wrong_use;
}

}  // namespace

int scenario_main(int argc, char** argv, std::span<const scenario> all, const char* spelled) {
  const std::variant<command_line, int> parsed = parse_command_line(argc, argv);
  if (const int* status = std::get_if<int>(&parsed)) return *status;
  const command_line& line = std::get<command_line>(parsed);
  console out(line.json);
  int status = exit_wrong_use;
  try {
    status = dispatch({line, all, out, spelled});
  } catch (const usage_error& error) {
    out.complain(line.program, error.text);
  } catch (const results_error& error) {
    out.complain(line.program, error.text);
  } catch (const std::exception& error) {  // no memory to share, no process to start
    out.complain(line.program, error.what());
  }
  return out.finish(line.program, status);
}

}  // namespace twinloop::testing
