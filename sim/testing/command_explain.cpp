// The command explain: why the run of a replay file fails.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/testing/explanation.hpp"
#include "sim/testing/progress.hpp"
#include "sim/testing/regression_test.hpp"
#include "sim/testing/session.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

std::string shrunk_text(const explanation& why) {
  const std::uint64_t before = why.shrunk.deviations_before;
  const std::uint64_t now = why.shrunk.best.result.deviations;
  if (before == now) return {};
  return fmt::format("  shrunk for this from {} to {}; `shrink` writes the smaller file\n", plural(before, "choice"),
                     spell_count(now));
}

}  // namespace

int explain_command(const session& session) {
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
      return fmt::format("{}: shrinking before it is explained, {} left after {}", what.name,
                         plural(deviations, "deviation"), plural(executions, "execution"));
    });
  };
  shared_memory memory;
  explanation why = explain(memory, what, file.data_seed, file.choices, expected, options);
  progress.clear();
  if (why.problem) {
    session.out.complain(session.line.program,
                         fmt::format("{}: nothing to explain: {}", session.line.file, *why.problem));
    return exit_failure;
  }
  finding found{finding::nature::failure, file.seed, file.run, 0, why.shrunk.best};
  found.natural = why.natural;
  what.settings = why.shrunk.settings;
  const regression_subject about{&what, file.data_seed, session.scenarios_spelled, session.line.file,
                                 why.list_suffices};
  const std::string test = regression_test(found, about, found.natural);
  const std::string replay = fmt::format("{} replay {}", session.line.invoked, shell_word(session.line.file));
  session.out.say(failure_report(found, {replay, "", ""}, session.out.colours()));
  session.out.say(shrunk_text(why));
  session.out.say(explanation_text(why));
  session.out.say("  a test for it:\n\n" + test);
  nlohmann::json object = explanation_json(why);
  object.update({{"command", "explain"},
                 {"file", valid_utf8(session.line.file)},
                 {"scenario", what.name},
                 {"failure", failure_json(found, session.line.file)},
                 {"replay", valid_utf8(replay)},
                 {"regression_test", valid_utf8(test)}});
  session.out.give(object);
  return exit_clean;
}

}  // namespace twinloop::testing
