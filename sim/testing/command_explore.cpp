// The command explore: searches, tells what it finds as it finds it, and sums up.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/testing/explore.hpp"
#include "sim/testing/learning.hpp"
#include "sim/testing/progress.hpp"
#include "sim/testing/session.hpp"
#include "sim/testing/shrink.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

using nlohmann::json;

constexpr std::uint64_t default_runs = 10'000;

class explore_session {
 public:
  explicit explore_session(const session& session)
      : session_(session),
        story_(find_scenario(session, session.line.scenario)),
        what_(make_subject(session, story_)),
        progress_(!session.out.json()) {
    options_.seed = *parse_number(session.line.seed);
    options_.runs = session.line.runs.value_or(session.line.seconds ? UINT64_MAX : default_runs);
    options_.seconds = session.line.seconds;
    options_.keep_going = session.line.keep_going;
    options_.isolate_each_run = session.line.isolate_each_run;
    options_.stall = stall_time(session.line);
    options_.interrupted = interrupt_guard::interrupted;
    options_.on_progress = [this](const search_status& status) { progress_.update([&] { return describe(status); }); };
    options_.on_finding = [this](const finding& found) { tell(found); };
  }

  int run() {
    const interrupt_guard guard;
    if (options_.runs > sim::search_model::learning_runs) {
      watch_options watch;
      watch.stall = options_.stall;
      what_.learned = learn_isolated(memory_, what_, options_.seed, watch);
    }
    const exploration done = explore(memory_, what_, options_);
    progress_.clear();
    session_.out.say(summary(done));
    session_.out.give({{"command", "explore"},
                       {"scenario", what_.name},
                       {"seed", hex(options_.seed)},
                       {"runs", done.status.runs},
                       {"choices", done.status.choices},
                       {"seconds", done.status.seconds},
                       {"failing_runs", done.status.failing},
                       {"failures", counts(done)},
                       {"found", found_},
                       {"expected_to_fail", story_.expected_to_fail},
                       {"interrupted", done.interrupted}});
    return done.status.failing > 0 ? 1 : 0;
  }

 private:
  static double rate(const search_status& status) {
    return status.seconds > 0 ? static_cast<double>(status.runs) / status.seconds : 0;
  }

  std::string describe(const search_status& status) const {
    const bool counted = options_.runs != UINT64_MAX;
    std::string text = fmt::format("{}: {}{} runs, {} runs/s, {} failing", what_.name, spell_count(status.runs),
                                   counted ? " of " + spell_count(options_.runs) : "",
                                   spell_count(static_cast<std::uint64_t>(rate(status))), status.failing);
    std::optional<double> left;
    if (options_.seconds) left = *options_.seconds - status.seconds;
    if (counted && rate(status) > 0) {
      const double by_runs = static_cast<double>(options_.runs - std::min(options_.runs, status.runs)) / rate(status);
      left = left ? std::min(*left, by_runs) : by_runs;
    }
    if (left) text += fmt::format(", {:.0f} s left", std::max(*left, 0.0));
    return text;
  }

  std::string summary(const exploration& done) const {
    const palette& colours = session_.out.colours();
    const std::string verdict =
        done.status.failing == 0
            ? fmt::format("{}clean{}", colours.good, colours.off)
            : fmt::format("{}{}{}", colours.failed, plural(done.status.failing, "failing run"), colours.off);
    std::string text = fmt::format(
        "{}: {}; seed {}, {}, {}, {:.1f} s, {} runs/s{}\n", what_.name, verdict, hex(options_.seed),
        plural(done.status.runs, "run"), plural(done.status.choices, "choice"), done.status.seconds,
        spell_count(static_cast<std::uint64_t>(rate(done.status))), done.interrupted ? "; interrupted" : "");
    if (options_.keep_going) {
      for (const auto& [name, count] : done.counts) text += fmt::format("  {:>8}  {}\n", spell_count(count), name);
    }
    if (story_.expected_to_fail && done.status.failing == 0) {
      text += "  This is a buggy twin, and its bug was not found: try more runs or another --seed.\n";
    }
    return text;
  }

  static json counts(const exploration& done) {
    json object = json::object();
    for (const auto& [name, count] : done.counts) object[valid_utf8(name)] = count;
    return object;
  }

  std::string save(const finding& found, const std::string& path) {
    if (found.what != finding::nature::failure || found.seen.truncated) return {};
    const std::optional<std::string> error = make_replay_file(found, what_, session_.line.program).save(path);
    if (!error) return path;
    session_.out.complain(session_.line.program, *error);
    return {};
  }

  /// What runs it again: the file; without one, the search itself if the failure needs what came before it.
  std::string replay_words(const finding& found, const std::string& file) const {
    if (!file.empty()) return fmt::format("{} replay {}", session_.line.invoked, shell_word(file));
    std::string words = run_words(session_, what_, found);
    if (found.what == finding::nature::failure) return words;
    return fmt::format("{} explore {} --seed {} --runs {}", session_.line.invoked, what_.name, hex(found.seed),
                       std::max<std::uint64_t>(options_.runs == UINT64_MAX ? 0 : options_.runs, found.run + 1));
  }

  void tell(const finding& met) {
    progress_.clear();
    const std::string path = output_path(session_, met, what_.name, found_.size());
    std::string file = save(met, path);
    finding found = met;
    std::string shrink_words;
    if (!file.empty() && met.seen.result.deviations > 0) {
      shrink_words = fmt::format("{} shrink {}", session_.line.invoked, shell_word(file));
    }
    if (!shrink_words.empty() && session_.line.shrink_too) {
      found.seen = shrink_now(met);
      const std::string smaller = save(found, minimal_name(path));
      if (!smaller.empty()) file = smaller;
      shrink_words.clear();
    }
    session_.out.say(failure_report(found, {replay_words(found, file), shrink_words}, session_.out.colours()));
    found_.push_back(failure_json(found, file));
  }

  observation shrink_now(const finding& met) {
    shrink_options options;
    options.stall = options_.stall;
    options.interrupted = options_.interrupted;
    shrink_result shrunk = shrink(memory_, what_, met.seed, met.seen.result.choices, met.seen.result, options);
    return shrunk.problem ? met.seen : std::move(shrunk.best);
  }

  const session& session_;
  const scenario& story_;
  subject what_;
  explore_options options_;
  progress_line progress_;
  shared_memory memory_;
  json found_ = json::array();
};

}  // namespace

int explore_command(const session& session) { return explore_session(session).run(); }

}  // namespace twinloop::testing
