// The command explore with --strategy dpor or dfs: a search that can come to its end, and says whether it did.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/testing/failure_signature.hpp"
#include "sim/testing/progress.hpp"
#include "sim/testing/session.hpp"
#include "sim/testing/shrink.hpp"
#include "sim/testing/systematic.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

using nlohmann::json;

/// What serves samples only: a sentence for each.
void refuse_what_is_for_samples(const command_line& line) {
  const auto refuse = [&](bool given, const char* option, const char* reason) {
    if (given) throw usage_error{fmt::format("{} and --strategy {}: {}", option, line.strategy, reason)};
  };
  refuse(line.jobs > 1, "--jobs", "this search goes from each run to the next, in one worker; leave --jobs out");
  refuse(line.part.has_value(), "--shard", "its runs have no numbers to share out; leave --shard out");
  refuse(!line.results.empty(), "--results", "it begins anew each time; use --output for its replay file");
  refuse(!line.isolate.empty(), "--isolate", "it learns from each run in one process; leave --isolate out");
  refuse(line.until_saturated != 0, "--until-saturated", "it ends by itself when every class was run");
  refuse(line.no_coverage, "--no-coverage", "classes are what it goes by; leave --no-coverage out");
  refuse(line.max_failures.has_value(), "--max-failures", "it ends at its first failure; leave --max-failures out");
  refuse(line.keep_going, "--keep-going", "it ends at its first failure; mend that, and search again");
}

systematic_options options_of(const command_line& line) {
  const budget limits = budget_of(line);
  systematic_options options;
  options.how = line.strategy == "dpor" ? systematic_search::dpor : systematic_search::dfs;
  options.seed = *parse_number(line.seed);
  options.runs = *limits.runs;
  options.seconds = limits.seconds;
  options.stall = stall_time(line);
  options.interrupted = interrupt_guard::interrupted;
  return options;
}

subject subject_of(const session& session, const scenario& story) {
  subject what = make_subject(session, story);
  if (!session.line.kinds) what.kinds = sim::bit(sim::choice_kind::pick) | story.kinds;
  return what;
}

std::string kinds_text(std::uint32_t kinds) {
  std::string text;
  for (std::size_t index = 0; index < sim::choice_kinds; ++index) {
    const auto kind = static_cast<sim::choice_kind>(index);
    if ((kinds & sim::bit(kind)) != 0) text += (text.empty() ? "" : ",") + std::string(sim::name(kind));
  }
  return text;
}

std::string classes_text(std::uint64_t classes) { return classes == 1 ? "1 class" : spell_count(classes) + " classes"; }

class systematic_session {
 public:
  explicit systematic_session(const session& session)
      : session_(session),
        story_(find_scenario(session, session.line.scenario)),
        what_(subject_of(session, story_)),
        options_(options_of(session.line)),
        progress_(!session.out.json()) {
    options_.on_progress = [this](const systematic_status& status) {
      progress_.update([&] { return fmt::format("{}: {}, {}", what_.name, counts_text(status), "no failure"); });
    };
  }

  int run() {
    systematic_result done = search_systematically(memory_, what_, options_);
    progress_.clear();
    if (done.failure) tell(*done.failure);
    session_.out.say(summary(done));
    session_.out.give(as_json(done));
    if (done.failure) return exit_failure;
    return done.interrupted ? exit_interrupted : exit_clean;
  }

 private:
  bool dpor() const { return options_.how == systematic_search::dpor; }

  static std::string counts_text(const systematic_status& status) {
    const double rate = status.seconds > 0 ? static_cast<double>(status.runs) / status.seconds : 0;
    return fmt::format("{}, {}, {:.1f} s, {} runs/s", plural(status.runs, "run"), classes_text(status.classes),
                       status.seconds, spell_count(static_cast<std::uint64_t>(rate)));
  }

  /// The report of the failure; its replay file.
  void tell(const finding& met) {
    finding found = met;
    subject with = what_;
    if (found.what == finding::nature::failure && !found.seen.truncated) save(found, with, false);
    report_lines lines;
    if (!file_.empty() && found.seen.result.deviations > 0) {
      if (session_.line.shrink_too) {
        const auto problem =
            shrink_finding(memory_, found, with, {.stall = options_.stall, .interrupted = options_.interrupted});
        if (problem) session_.out.complain(session_.line.program, "not made smaller: " + *problem);
        save(found, with, true);
      } else {
        lines.shrink = fmt::format("{} shrink {}", session_.line.invoked, shell_word(file_));
      }
    }
    lines.replay =
        file_.empty() ? search_words() : fmt::format("{} replay {}", session_.line.invoked, shell_word(file_));
    if (!file_.empty()) lines.explain = fmt::format("{} explain {}", session_.line.invoked, shell_word(file_));
    session_.out.say(failure_report(found, lines, session_.out.colours()));
  }

  void save(const finding& found, const subject& with, bool minimal) {
    const std::string path = output_path(session_, found, what_.name, 0);
    const std::string to = minimal ? minimal_name(path) : path;
    if (const auto error = make_replay_file(found, with, session_.line.program).save(to)) {
      session_.out.complain(session_.line.program, *error);
    } else {
      file_ = to;
    }
  }

  /// A failure that no replay file shows needs the search that led to it.
  std::string search_words() const {
    const command_line& line = session_.line;
    std::string words = fmt::format("{} explore {} --strategy {} --seed {}", line.invoked, what_.name, line.strategy,
                                    hex(options_.seed));
    for (const std::string& setting : line.settings) words += fmt::format(" --set {}", shell_word(setting));
    if (line.kinds) words += fmt::format(" --kinds {}", *line.kinds);
    return words;
  }

  std::string summary(const systematic_result& done) const {
    const palette& colours = session_.out.colours();
    const std::string verdict = done.failure ? fmt::format("{}a failure{}", colours.failed, colours.off)
                                             : fmt::format("{}clean{}", colours.good, colours.off);
    std::string text = fmt::format("{}: {}; {} over {}, {}, {}\n", what_.name, verdict, session_.line.strategy,
                                   kinds_text(what_.kinds), counts_text(done.status), plural(done.choices, "choice"));
    if (done.failure) {
      text += fmt::format("  {}; in run {}{}{}\n", signature_of(done.failure->seen.result).text(), done.failure->run,
                          file_.empty() ? "" : ", " + file_, done.failure->confirmed ? "" : " (not confirmed)");
    }
    text += "  " + completeness(done) + "\n";
    if (done.forced > 0) {
      text += fmt::format("  fairness decided {}: schedules that starve somebody were left out\n",
                          plural(done.forced, "pick"));
    }
    if (story_.expected_to_fail && !done.failure) {
      text += "  This is a buggy twin, and its bug was not found: it may need other --kinds.\n";
    }
    return text;
  }

  /// Of the kinds that searches deviate in by default.
  std::string what_stayed_natural() const {
    const std::uint32_t left = sim::order_kinds() & ~what_.kinds & ~sim::bit(sim::choice_kind::user);
    return left == 0 ? std::string() : fmt::format("\n  always natural were {}; --kinds varies them", kinds_text(left));
  }

  /// How much was run, and what follows from it.
  std::string completeness(const systematic_result& done) const {
    if (done.complete && dpor()) {
      return fmt::format(
          "all {} were run: no failure in any order of these choices, as far as callbacks declare what "
          "they touch{}",
          classes_text(done.status.classes), what_stayed_natural());
    }
    if (done.complete) {
      return fmt::format("all schedules were run, {}: no failure in any order of these choices{}",
                         classes_text(done.status.classes), what_stayed_natural());
    }
    const char* ended = done.failure       ? "ended at its first failure"
                        : done.interrupted ? "interrupted"
                                           : "budget used up";
    std::string text = fmt::format("{} after {}: not complete", ended, plural(done.status.runs, "run"));
    if (!dpor() && done.deviations > 0) {
      text += fmt::format("; all schedules with up to {} were run", plural(done.deviations, "deviation"));
    }
    return text;
  }

  json as_json(const systematic_result& done) const {
    json object = {{"command", "explore"},
                   {"scenario", what_.name},
                   {"seed", hex(options_.seed)},
                   {"strategy", session_.line.strategy},
                   {"kinds", kinds_text(what_.kinds)},
                   {"jobs", 1},
                   {"runs", done.status.runs},
                   {"choices", done.choices},
                   {"classes", done.status.classes},
                   {"redundant", done.status.redundant},
                   {"forced", done.forced},
                   {"complete", done.complete},
                   {"seconds", done.status.seconds},
                   {"failing_runs", done.failure ? 1 : 0},
                   {"failures", json::object()},
                   {"found", json::array()},
                   {"expected_to_fail", story_.expected_to_fail},
                   {"interrupted", done.interrupted}};
    if (!dpor()) object["deviations"] = done.deviations;
    if (done.failure) {
      object["failures"][valid_utf8(signature_of(done.failure->seen.result).text())] = 1;
      json each = failure_json(*done.failure, file_);
      each["count"] = 1;
      object["found"].push_back(std::move(each));
    }
    return object;
  }

  const interrupt_guard guard_;  // first of all: no Ctrl-C is lost
  const session& session_;
  const scenario& story_;
  const subject what_;
  systematic_options options_;
  progress_line progress_;
  shared_memory memory_;
  std::string file_;  ///< the replay file that was written
};

}  // namespace

int systematic_command(const session& session) {
  refuse_what_is_for_samples(session.line);
  return systematic_session(session).run();
}

}  // namespace twinloop::testing
