// The command explore: searches, tells what it finds as it finds it, keeps it, and sums up.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "sim/testing/explore.hpp"
#include "sim/testing/explore_text.hpp"
#include "sim/testing/kept_results.hpp"
#include "sim/testing/learning.hpp"
#include "sim/testing/progress.hpp"
#include "sim/testing/results_json.hpp"
#include "sim/testing/session.hpp"
#include "sim/testing/shrink.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

using nlohmann::json;

shard shard_of(const command_line& line) {
  if (!line.part) return {};
  const std::optional<shard> part = shard::parse(*line.part);
  if (!part) throw usage_error{fmt::format("--shard {}: write it as I/N with I from 1 to N, as 2/4", *line.part)};
  return *part;
}

class explore_session {
 public:
  explicit explore_session(const session& session)
      : session_(session),
        story_(find_scenario(session, session.line.scenario)),
        what_(make_subject(session, story_)),
        progress_(!session.out.json()) {
    const command_line& line = session.line;
    if (!line.results.empty() && !line.output.empty()) {
      throw usage_error{"--results and --output: replay files go to the one directory; give only one of the two"};
    }
    if (line.until_saturated != 0 && line.no_coverage) {
      throw usage_error{
          "--until-saturated and --no-coverage: saturation is told by coverage; give only one of the two"};
    }
    const budget limits = budget_of(line);
    options_.seed = *parse_number(line.seed);
    options_.runs = *limits.runs;
    options_.seconds = limits.seconds;
    options_.part = shard_of(line);
    options_.jobs = line.jobs != 0 ? line.jobs : std::max(1u, std::thread::hardware_concurrency());
    options_.max_failures = line.stop_at_first ? 1 : line.max_failures.value_or(default_max_failures);
    options_.until_saturated = line.until_saturated;
    options_.watch_coverage = !line.no_coverage;
    options_.isolate_each_run = line.isolate == "run";
    options_.stall = stall_time(line);
    options_.interrupted = interrupt_guard::interrupted;
    options_.on_progress = [this](const search_status& status) {
      progress_.update([&] { return progress_text(what_.name, status, options_); });
    };
    options_.on_finding = [this](const failure_signature& what, const finding& found) { tell(what, found); };
    if (!line.results.empty()) keep_results();
  }

  int run() {
    if (options_.runs > sim::search_model::learning_runs) {
      watch_options watch;
      watch.stall = options_.stall;
      what_.learned = learn_isolated(memory_, what_, options_.seed, watch);
    }
    const exploration done = explore(memory_, what_, options_);
    progress_.clear();
    if (kept_) kept_->update(done, true);
    session_.out.say(summary_text(what_.name, done, options_, files_, session_.out.colours()));
    if (kept_) session_.out.say(kept_text(*kept_, session_.out.colours()));
    if (story_.expected_to_fail && !failed(done)) {
      session_.out.say("  This is a buggy twin, and its bug was not found: try more runs or another --seed.\n");
    }
    session_.out.give(as_json(done));
    if (failed(done)) return exit_failure;
    return done.interrupted ? exit_interrupted : exit_clean;
  }

 private:
  bool failed(const exploration& done) const {
    return !done.failures.empty() || (kept_ && !kept_->all().summary().failures.empty());
  }

  void keep_results() {
    const search_identity identity{session_.line.program, what_.name,      what_.settings,
                                   what_.kinds,           strategy_name(), options_.seed};
    kept_.emplace(session_.line.results, identity, options_.part);
    options_.done = kept_->done_before();
    options_.skip = kept_->skip();
    options_.seen_before = kept_->seen_before();
    options_.on_checkpoint = [this](const exploration& so_far) { kept_->update(so_far, false); };
  }

  std::string strategy_name() const { return sim::name(what_.how); }

  json as_json(const exploration& done) const {
    json counts = json::object();
    for (const auto& [text, count] : done.counts) counts[valid_utf8(text)] = count;
    json object = {{"command", "explore"},
                   {"scenario", what_.name},
                   {"seed", hex(options_.seed)},
                   {"strategy", strategy_name()},
                   {"shard", options_.part.text()},
                   {"jobs", options_.jobs},
                   {"runs", done.status.runs},
                   {"choices", done.status.choices},
                   {"seconds", done.status.seconds},
                   {"failing_runs", done.status.failing},
                   {"failures", counts},
                   {"found", json::array()},
                   {"coverage", coverage_json(done.status.seen)},
                   {"expected_to_fail", story_.expected_to_fail},
                   {"enough_failures", done.enough},
                   {"ended_saturated", done.saturated},
                   {"workers_killed", done.killed},
                   {"interrupted", done.interrupted}};
    for (const auto& [what, kept] : done.failures) {
      const auto file = files_.find(what);
      json each = failure_json(kept.first, file == files_.end() ? "" : file->second);
      each["count"] = kept.count;
      object["found"].push_back(std::move(each));
    }
    if (kept_) object["results"] = {{"file", kept_->path()}, {"summary", summary_json(kept_->all().summary())}};
    return object;
  }

  /// Writes the replay file of a finding, always the same for one failure. Nothing if there can be none.
  std::string save(const failure_signature& what, const finding& found, const subject& with, bool minimal) {
    if (found.what != finding::nature::failure || found.seen.truncated) return {};
    std::string& path = paths_[what];
    if (path.empty()) {
      path = kept_ ? kept_->replay_path(what) : output_path(session_, found, what_.name, paths_.size() - 1);
    }
    const std::string to = minimal ? minimal_name(path) : path;
    const std::optional<std::string> error = make_replay_file(found, with, session_.line.program).save(to);
    if (error) session_.out.complain(session_.line.program, *error);
    if (error) return {};
    files_[what] = to;
    if (kept_) kept_->has_file(what, to);
    return to;
  }

  /// What runs it again: the file; without one, the search itself if the failure needs what came before it.
  std::string replay_words(const finding& found, const std::string& file) const {
    if (!file.empty()) return fmt::format("{} replay {}", session_.line.invoked, shell_word(file));
    std::string words = run_words(session_, what_, found);
    if (found.what == finding::nature::failure) return words;
    const std::uint64_t runs = options_.runs >= runs_without_limit ? 0 : options_.runs;
    return fmt::format("{} explore {} --seed {} --jobs 1 --runs {}", session_.line.invoked, what_.name, hex(found.seed),
                       std::max<std::uint64_t>(runs, found.run + 1));
  }

  void tell(const failure_signature& what, const finding& met) {
    progress_.clear();
    const bool known = paths_.contains(what) || told_.contains(what) || (kept_ && kept_->known_before(what));
    told_.insert(what);
    std::string file = save(what, met, what_, false);
    if (known) return;  // the same failure in a lower run, or one that earlier results have
    finding found = met;
    subject with = what_;
    report_lines lines;
    if (!file.empty() && met.seen.result.deviations > 0) {
      lines.shrink = fmt::format("{} shrink {}", session_.line.invoked, shell_word(file));
    }
    if (!lines.shrink.empty() && session_.line.shrink_too) {
      const auto problem =
          shrink_finding(memory_, found, with, {.stall = options_.stall, .interrupted = options_.interrupted});
      if (problem) session_.out.complain(session_.line.program, "not made smaller: " + *problem);
      const std::string smaller = save(what, found, with, true);
      if (!smaller.empty()) file = smaller;
      lines.shrink.clear();
    }
    lines.replay = replay_words(found, file);
    if (!file.empty()) lines.explain = fmt::format("{} explain {}", session_.line.invoked, shell_word(file));
    session_.out.say(failure_report(found, lines, session_.out.colours()));
  }

  const interrupt_guard guard_;  // first of all: no Ctrl-C is lost
  const session& session_;
  const scenario& story_;
  subject what_;
  explore_options options_;
  progress_line progress_;
  shared_memory memory_;
  std::optional<kept_results> kept_;
  std::map<failure_signature, std::string> paths_;  ///< where the replay file of a failure goes
  replay_files files_;                              ///< those that were written
  std::set<failure_signature> told_;
};

}  // namespace

int explore_command(const session& session) {
  if (is_systematic(session.line)) return systematic_command(session);
  return explore_session(session).run();
}

}  // namespace twinloop::testing
