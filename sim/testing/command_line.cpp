// The command line of a scenario binary, parsed.
#include "sim/testing/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <cstdio>

#include "sim/testing/console.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

const std::array<std::string, 7> command_names = {"list", "run", "explore", "replay", "shrink", "explain", "merge"};

const CLI::Validator a_number(
    [](std::string& text) {
      return parse_number(text) ? std::string() : fmt::format("\"{}\" is no number (decimal, or hex after 0x)", text);
    },
    "NUMBER");

/// CLI11 by itself takes 2^64 and more for 2^64 - 1, and 010 for 8.
std::string as_decimal(std::string& text, std::uint64_t min) {
  const std::optional<std::uint64_t> number = parse_number(text);
  if (!number || *number < min) {
    return fmt::format("\"{}\" is no number {}below 2^64 (decimal, or hex after 0x)", text,
                       min == 0 ? "" : "above 0 and ");
  }
  text = std::to_string(*number);
  return {};
}
const CLI::Validator a_count([](std::string& text) { return as_decimal(text, 0); }, "");
const CLI::Validator a_count_above_zero([](std::string& text) { return as_decimal(text, 1); }, "");

const CLI::Validator above_zero(
    [](const std::string& text) {
      double number = 0;
      const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
      const bool good = read.ec == std::errc() && read.ptr == text.data() + text.size() && number > 0;
      return good ? std::string() : fmt::format("\"{}\" is no number above 0", text);
    },
    "");

class parser {
 public:
  explicit parser(command_line& line)
      : line_(line),
        app_(fmt::format("{}: scenarios in a simulated world.\n"
                         "Exit status: 0 clean, 1 a failure was found (or did not replay), 2 wrong use, or\n"
                         "output that could not be written, 3 interrupted before anything was found.",
                         line.program)) {
    app_.name(line.program);
    app_.require_subcommand(1);
    add(command::list, "Show the scenarios and their settings: the default, and what values each takes");
    add_run();
    add_explore();
    add_replay();
    add_shrink();
    add_explain();
    add_merge();
  }
  CLI::App& app() { return app_; }

 private:
  CLI::App& add(command what, const char* text) {
    CLI::App& sub = *app_.add_subcommand(command_names[static_cast<std::size_t>(what)], text);
    sub.add_flag("--json", line_.json, "Print one JSON object instead of text");
    sub.callback([this, what] { line_.what = what; });
    return sub;
  }
  void add_scenario(CLI::App& sub) {
    sub.add_option("scenario", line_.scenario, "Its name; may be left out if there is only one");
    sub.add_option(
           "--set", line_.settings,
           "A setting of the scenario, name=value; may be repeated. list shows them, with the values each takes")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->take_all();
    sub.add_option("--seed", line_.seed, "Seed of the search")->capture_default_str()->check(a_number)->type_name("");
    sub.add_option("--strategy", line_.strategy,
                   "How the search deviates; default: rotation, which is all in turn. Of explore also dpor (one run "
                   "of each trace class) and dfs (every schedule, fewest deviations first), which can be complete")
        ->type_name("NAME");
    sub.add_option("--kinds", line_.kinds,
                   "Kinds of choices that may deviate, as pick,defer,crash; default: all orders and what the scenario "
                   "adds; \"all\" for all")
        ->type_name("KINDS");
  }
  void add_stall(CLI::App& sub) {
    sub.add_option("--stall", line_.stall,
                   "Seconds of CPU time without a step that count as an endless loop, or asleep as a blocking call")
        ->capture_default_str()
        ->check(above_zero)
        ->type_name("SECONDS");
  }
  void add_output(CLI::App& sub, const char* text) {
    sub.add_option("-o,--output", line_.output, text)->type_name("FILE");
  }
  void add_process_flags(CLI::App& sub) {
    sub.add_flag("--log", line_.log, "Print every event of the run");
    sub.add_flag("--in-process", line_.in_process, "Run in this very process, for a debugger");
  }

  void add_run() {
    CLI::App& sub = add(command::run, "Run a scenario once: in natural order, or run R of the search with seed S");
    add_scenario(sub);
    sub.add_option("--run", line_.run, "Number of the run in that search; 0 and 1 are natural")
        ->capture_default_str()
        ->transform(a_count)
        ->type_name("R");
    sub.add_flag("--natural", line_.natural, "In natural order, whatever --run says");
    add_stall(sub);
    add_process_flags(sub);
    add_output(sub, "Write the run to this replay file, even if it is clean");
  }
  void add_explore() {
    CLI::App& sub = add(command::explore,
                        "Search schedules for those that fail. Goes on past failures and keeps one run of each kind. "
                        "Ctrl-C ends it with a summary, a second one at once");
    add_scenario(sub);
    add_budget(sub);
    add_sharing(sub);
    sub.add_flag("--stop-at-first", line_.stop_at_first, "End at the first failure: that of the lowest run");
    sub.add_option("--max-failures", line_.max_failures, "End when so many distinct failures were found; 0 = never")
        ->default_str(std::to_string(default_max_failures))
        ->type_name("N")
        ->transform(a_count);
    sub.add_flag("--until-saturated{500}", line_.until_saturated,
                 "End after 500 runs, or =N, that were all equivalent to runs before them")
        ->type_name("")
        ->transform(a_count_above_zero);
    sub.add_flag("--no-coverage", line_.no_coverage, "Do not look which runs are equivalent: faster");
    sub.add_flag("--keep-going", line_.keep_going, "Go on past failures: this is the default");
    sub.add_flag("--shrink", line_.shrink_too, "Shrink what was found at once");
    sub.add_flag("--isolate{run}", line_.isolate, "--isolate=run: a fresh process for every run; slow")
        ->check(CLI::IsMember({"run"}))
        ->type_name("");
    add_stall(sub);
    add_output(sub, "Where to write the replay file; a directory is fine");
  }
  void add_budget(CLI::App& sub) {
    sub.add_option("--budget", line_.budget,
                   "How long to search: 30s, 5m, 2h, 10000runs, or both as 5m,10000runs; default 10000runs")
        ->type_name("BUDGET");
    sub.add_option("--runs", line_.runs, "The same as --budget=Nruns")->type_name("N")->transform(a_count_above_zero);
    sub.add_option("--time", line_.seconds, "The same as --budget=SECONDSs")->type_name("SECONDS")->check(above_zero);
  }
  void add_sharing(CLI::App& sub) {
    sub.add_option("-j,--jobs", line_.jobs, "Worker processes at a time; default: one for each CPU")
        ->type_name("N")
        ->transform(a_count_above_zero);
    sub.add_option("--shard", line_.part, "Only part I of N of the runs: 2/4. The parts never overlap")
        ->type_name("I/N");
    sub.add_option("--results", line_.results,
                   "Keep results in this directory (JSON, JUnit XML, replay files), and go on where the results that "
                   "are there end")
        ->type_name("DIR");
  }
  void add_replay() {
    CLI::App& sub =
        add(command::replay, "Run a replay file again. Exit status 0: same failure, same trace hash; 1: not");
    sub.add_option("file", line_.file, "The replay file")->required();
    sub.add_flag("--lenient", line_.lenient,
                 "Match choices by name and skip what is not found: for a program that has changed");
    add_stall(sub);
    add_process_flags(sub);
  }
  void add_shrink() {
    CLI::App& sub = add(command::shrink,
                        "Find the fewest deviations that still show the failure of a replay file. "
                        "Exit status 0: written; 1: it does not fail that way any more");
    sub.add_option("file", line_.file, "The replay file")->required();
    sub.add_option("--time", line_.seconds, "At most so much wall time; default 10")
        ->type_name("SECONDS")
        ->check(above_zero);
    add_stall(sub);
    add_output(sub, "Where to write the smaller file; default: NAME.min.twin beside NAME.twin");
  }
  void add_explain() {
    CLI::App& sub =
        add(command::explain,
            "Say why the run of a replay file fails: the choices that matter, the two callbacks that race, the "
            "natural and the failing run side by side, and a test to paste. Shrinks it first, in memory. "
            "Exit status 0: explained; 1: it does not fail that way any more");
    sub.add_option("file", line_.file, "The replay file")->required();
    sub.add_option("--time", line_.seconds, "At most so much wall time for shrinking; default 10")
        ->type_name("SECONDS")
        ->check(above_zero);
    add_stall(sub);
  }

  void add_merge() {
    CLI::App& sub = add(command::merge,
                        "Make one of the results in several directories, as from shards of one search. Exit status as "
                        "of explore, for all results together");
    sub.add_option("from", line_.merge_from, "Directories of results")->required()->type_name("DIR...");
    sub.add_option("--into", line_.merge_into, "The directory to merge into; what it holds already is kept")
        ->required()
        ->type_name("DIR");
  }

  command_line& line_;
  CLI::App app_;
};

/// A first word that is no command, before it is taken for something else.
std::optional<std::string> unknown_command(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return std::nullopt;
  const std::string word = argv[1];
  for (const std::string& known : command_names) {
    if (word == known) return std::nullopt;
  }
  const std::optional<std::string> near = nearest_name(word, command_names);
  return fmt::format(
      "there is no command \"{}\"{}; the commands are list, run, explore, replay, shrink, explain and merge", word,
      near ? fmt::format(" (did you mean \"{}\"?)", *near) : "");
}

}  // namespace

std::variant<command_line, int> parse_command_line(int argc, char** argv) {
  command_line line;
  const std::string invoked = argc > 0 ? argv[0] : "program";
  line.invoked = shell_word(invoked);
  line.program = base_name(invoked);
  if (const std::optional<std::string> error = unknown_command(argc, argv)) {
    fmt::print(stderr, "{}: {}\n", line.program, *error);
    return exit_wrong_use;
  }
  parser parse(line);
  try {
    parse.app().parse(argc, argv);
    return line;
  } catch (const CLI::CallForHelp&) {
    const auto chosen = parse.app().get_subcommands();
    console out(false);
    out.say(chosen.empty() ? parse.app().help() : chosen.front()->help());
    return out.finish(line.program, exit_clean);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "{}: {}; see {} --help\n", line.program, error.what(), line.invoked);
    return exit_wrong_use;
  }
}

}  // namespace twinloop::testing
