// The command shrink: makes the run of a replay file as natural as its failure allows.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/testing/explanation.hpp"
#include "sim/testing/progress.hpp"
#include "sim/testing/session.hpp"
#include "sim/testing/shrink.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

std::string outcome_text(const shrink_result& done, std::uint64_t deviations) {
  std::string text =
      fmt::format("shrunk: {} -> {} from the natural order, {}, {:.1f} s", spell_count(done.deviations_before),
                  plural(deviations, "deviation"), plural(done.executions, "execution"), done.seconds);
  if (done.out_of_budget) text += "; the budget was used up, so it may become smaller yet (--time)";
  return text + "\n";
}

}  // namespace

std::string minimal_name(const std::string& path) {
  constexpr std::string_view suffix = ".twin";
  if (!path.ends_with(suffix)) return path + ".min";
  return path.substr(0, path.size() - suffix.size()) + ".min.twin";
}

int shrink_command(const session& session) {
  const replay_file file = load_replay(session);
  subject what = make_subject(session, file);
  const run_result expected = expected_failure(session, file);
  const interrupt_guard guard;
  progress_line progress(!session.out.json());
  shrink_options options;
  options.seconds = session.line.seconds.value_or(options.seconds);
  options.stall = stall_time(session.line);
  options.interrupted = interrupt_guard::interrupted;
  options.on_progress = [&](std::uint64_t executions, std::uint64_t deviations) {
    progress.update([&] {
      return fmt::format("{}: shrinking, {} left after {}", what.name, plural(deviations, "deviation"),
                         plural(executions, "execution"));
    });
  };
  shared_memory memory;
  shrink_result done = shrink(memory, what, file.data_seed, file.choices, expected, options);
  progress.clear();
  if (done.problem) {
    session.out.complain(session.line.program,
                         fmt::format("{}: nothing was shrunk: {}", session.line.file, *done.problem));
    return 1;
  }
  const std::string path = session.line.output.empty() ? minimal_name(session.line.file) : session.line.output;
  finding found{finding::nature::failure, file.seed, file.run, 0, std::move(done.best)};
  what.settings = done.settings;
  found.natural = run_natural(memory, what, file.data_seed, {});
  replay_file smaller = make_replay_file(found, what, session.line.program);
  smaller.data_seed = file.data_seed;
  if (const std::optional<std::string> error = smaller.save(path)) throw usage_error{*error};
  const std::string replay = fmt::format("{} replay {}", session.line.invoked, shell_word(path));
  session.out.say(failure_report(found,
                                 {replay, "", fmt::format("{} explain {}", session.line.invoked, shell_word(path))},
                                 session.out.colours()));
  session.out.say(outcome_text(done, found.seen.result.deviations));
  session.out.give({{"command", "shrink"},
                    {"file", valid_utf8(path)},
                    {"scenario", what.name},
                    {"executions", done.executions},
                    {"seconds", done.seconds},
                    {"deviations_before", done.deviations_before},
                    {"deviations", found.seen.result.deviations},
                    {"out_of_budget", done.out_of_budget},
                    {"failure", failure_json(found, path)}});
  return 0;
}

}  // namespace twinloop::testing
