// The commands list, run and replay: what there is, one run, and one run again.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/testing/learning.hpp"
#include "sim/testing/session.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

using nlohmann::json;

observation execute(const session& session, shared_memory& memory, isolated_request request) {
  request.events = session.line.log;
  if (session.line.in_process) return run_here(memory, request);
  watch_options watch;
  watch.stall = stall_time(session.line);
  if (!session.out.json()) watch.output = output_of_program::shown;
  return run_isolated(memory, request, watch);
}

void show_events(const session& session, const observation& seen) {
  for (const sim::event& what : seen.events) {
    session.out.say(fmt::format("{:>12}  {}\n", spell_time(what.time), what.text));
  }
}

std::string summary(const run_result& result) {
  return fmt::format("{}, {} from the natural order, {} of virtual time, trace hash {}",
                     plural(result.choices.size(), "choice"),
                     result.deviations == 1 ? std::string("1 differs") : spell_count(result.deviations) + " differ",
                     spell_time(result.virtual_time), hex(result.hash));
}

json result_json(const finding& found, const std::string& file) {
  const run_result& result = found.seen.result;
  json object = {{"clean", !failing(result)},
                 {"choices", result.choices.size()},
                 {"deviations", result.deviations},
                 {"virtual_ns", result.virtual_time},
                 {"trace_hash", hex(result.hash)}};
  if (failing(result)) object["failure"] = failure_json(found, file);
  return object;
}

/// Writes the replay file of a run that failed or whose file was asked for. Nothing if it could not be written.
std::string keep(const session& session, const subject& what, const finding& found) {
  if (!failing(found.seen.result) && session.line.output.empty()) return {};
  if (found.seen.truncated) return {};
  const std::string path = output_path(session, found, what.name, 0);
  const std::optional<std::string> error = make_replay_file(found, what, session.line.program).save(path);
  if (!error) return path;
  session.out.complain(session.line.program, *error);
  return {};
}

/// Where the run went another way than its file says; nothing if it did not.
std::optional<std::string> compare(const session& session, const replay_file& file, const observation& seen) {
  const run_result& now = seen.result;
  if (seen.divergence && !session.line.lenient) return "it goes another way at " + *seen.divergence;
  const std::string then_text = file.broke.name.empty() ? file.ended : file.broke.name;
  const std::string now_text = now.broke.name.empty() ? sim::name(now.ended) : now.broke.name;
  if (file.ended != sim::name(now.ended) || file.broke.name != now.broke.name) {
    return fmt::format("the file's run ended as \"{}\", this one as \"{}\"", then_text, now_text);
  }
  if (session.line.lenient || file.hash == now.hash) return std::nullopt;
  return fmt::format("it ends alike, but its trace hash is {}, not {}", hex(now.hash), hex(file.hash));
}

}  // namespace

int list_command(const session& session) {
  json scenarios = json::array();
  std::size_t width = 0;
  for (const scenario& each : session.all) width = std::max(width, std::string_view(each.name).size());
  for (const scenario& each : session.all) {
    session.out.say(fmt::format("{:<{}}  {}{}\n", each.name, width, each.summary,
                                each.expected_to_fail ? " (buggy twin: expected to fail)" : ""));
    json settings = json::object();
    json allowed = json::object();
    std::size_t longest = 0;
    for (const auto& [name, declared] : each.defaults) {
      longest = std::max(longest, name.size() + declared.standard().size() + 1);
    }
    for (const auto& [name, declared] : each.defaults) {
      const std::string standard = fmt::format("{}={}", name, declared.standard());
      session.out.say(fmt::format("{:<{}}    --set {:<{}}  {}\n", "", width, standard, longest, declared.allowed()));
      settings[name] = declared.standard();
      allowed[name] = declared.allowed();
    }
    scenarios.push_back({{"name", each.name},
                         {"summary", each.summary},
                         {"expected_to_fail", each.expected_to_fail},
                         {"settings", settings},
                         {"allowed", allowed}});
  }
  session.out.give({{"command", "list"}, {"program", session.line.program}, {"scenarios", scenarios}});
  return 0;
}

int run_command(const session& session) {
  const scenario& story = find_scenario(session, session.line.scenario);
  subject what = make_subject(session, story);
  const std::uint64_t seed = *parse_number(session.line.seed);
  const std::uint64_t run = session.line.natural ? 0 : session.line.run;
  shared_memory memory;
  if (run >= sim::search_model::learning_runs) {
    watch_options watch;
    watch.stall = stall_time(session.line);
    what.learned = learn_isolated(memory, what, seed, watch);
  }
  const auto source = source_of(what, seed, run);
  finding found{finding::nature::failure, seed, run, 0, {}};
  found.seen = execute(session, memory, {&what, source.get(), seed, run, false, nullptr});
  show_events(session, found.seen);
  const std::string file = keep(session, what, found);
  const std::string replay = file.empty() ? run_words(session, what, found)
                                          : fmt::format("{} replay {}", session.line.invoked, shell_word(file));
  if (failing(found.seen.result)) {
    session.out.say(failure_report(found, {replay, ""}, session.out.colours()));
  } else {
    session.out.say(fmt::format("{}: {}clean{}; {}\n", what.name, session.out.colours().good, session.out.colours().off,
                                summary(found.seen.result)));
    if (!file.empty()) session.out.say(fmt::format("written to {}\n", file));
  }
  json object = result_json(found, file);
  object.update({{"command", "run"}, {"scenario", what.name}, {"seed", hex(seed)}, {"run", run}});
  session.out.give(object);
  return failing(found.seen.result) ? 1 : 0;
}

int replay_command(const session& session) {
  const replay_file file = load_replay(session);
  const subject what = make_subject(session, file);
  sim::replay_source strict(file.choices, sim::replay_source::matching::strict);
  sim::replay_source lenient(file.choices, sim::replay_source::matching::lenient);
  shared_memory memory;
  isolated_request request{&what, &strict, file.data_seed, file.run, false, &strict};
  if (session.line.lenient) {
    request.source = &lenient;
    request.strict = nullptr;
  }
  finding found{finding::nature::failure, file.seed, file.run, 0, execute(session, memory, request)};
  show_events(session, found.seen);
  if (failing(found.seen.result)) session.out.say(failure_report(found, {}, session.out.colours()));
  const std::optional<std::string> difference = compare(session, file, found.seen);
  const palette& colours = session.out.colours();
  if (difference) {
    session.out.say(fmt::format("{}NOT reproduced{}: {}\n", colours.failed, colours.off, *difference));
  } else {
    session.out.say(fmt::format("{}reproduced{}: {}; {}\n", colours.good, colours.off,
                                session.line.lenient ? "the same end" : "the same end, the same trace hash",
                                summary(found.seen.result)));
  }
  json object = result_json(found, session.line.file);
  object.update({{"command", "replay"},
                 {"file", valid_utf8(session.line.file)},
                 {"scenario", what.name},
                 {"reproduced", !difference}});
  if (difference) object["difference"] = valid_utf8(*difference);
  session.out.give(object);
  return difference ? 1 : 0;
}

}  // namespace twinloop::testing
