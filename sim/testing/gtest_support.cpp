// What TWINLOOP_TEST does: many schedules of one test body, in the test's own process or in workers, and on failure a
// small replay file and the line that runs it. GoogleTest itself is not needed here.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "sim/testing/asked_replay.hpp"
#include "sim/testing/crash_note.hpp"
#include "sim/testing/explanation.hpp"
#include "sim/testing/explore.hpp"
#include "sim/testing/file_io.hpp"
#include "sim/testing/finding.hpp"
#include "sim/testing/gtest_environment.hpp"
#include "sim/testing/learning.hpp"
#include "sim/testing/report.hpp"
#include "sim/testing/run.hpp"
#include "sim/testing/search_worker.hpp"
#include "sim/testing/shrink.hpp"
#include "sim/testing/stall_alarm.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

using wall = std::chrono::steady_clock;

constexpr double shrink_seconds = 3;
constexpr std::uint64_t runs_without_limit = 1'000'000'000'000'000'000;

/// How this binary was called.
std::string this_binary() {
  std::string ignored;
  const std::optional<std::string> words = read_whole_file("/proc/self/cmdline", ignored);
  const std::string first = words ? words->substr(0, words->find('\0')) : "";
  return first.empty() ? "./test" : first;
}

class test_runs {
 public:
  test_runs(const char* test, subject what, std::uint64_t runs, gtest_environment environment)
      : test_(test),
        what_(std::move(what)),
        environment_(std::move(environment)),
        seed_(environment_.seed),
        binary_(this_binary()) {
    // Without a number of runs, a budget of time is what limits.
    last_ = environment_.runs.value_or(environment_.seconds ? runs_without_limit : runs);
    if (const auto only = environment_.only_run) {
      first_ = *only;
      last_ = *only + 1;
    }
  }

  verdict run() {
    std::optional<stall_alarm> alarm;
    if (environment_.jobs == 0) alarm.emplace(environment_.stall);
    if (environment_.explain) return of_file("TWINLOOP_EXPLAIN", *environment_.explain, &test_runs::explain_file);
    if (environment_.replay) return of_file("TWINLOOP_REPLAY", *environment_.replay, &test_runs::replay);
    return failed_if(environment_.jobs == 0 ? search_here() : search_in_workers());
  }

 private:
  /// `text` is that of a failure, if there was one.
  static verdict failed_if(std::optional<std::string> text) {
    return text ? verdict{verdict::kind::failed, *std::move(text)} : verdict{};
  }

  using use_of_file = std::optional<std::string> (test_runs::*)(const std::string& path, const replay_file& file);
  verdict of_file(const char* variable, const std::string& path, use_of_file use) {
    asked_replay asked = load_asked_replay(variable, path, base_name(binary_), test_);
    return asked.file ? failed_if((this->*use)(path, *asked.file)) : std::move(asked.instead);
  }

  /// The text of the failure that the file records.
  std::optional<std::string> replay(const std::string& path, const replay_file& file) {
    sim::replay_source source(file.choices, sim::replay_source::matching::strict);
    shared_memory memory;
    finding found{finding::nature::failure, file.seed, file.run, 0, {}};
    const isolated_request request{&what_, &source, file.data_seed, file.run, false, &source};
    found.seen = environment_.jobs == 0 ? run_here(memory, request) : run_isolated(memory, request, watching());
    const run_result& now = found.seen.result;
    std::string text;
    if (failing(now)) text = failure_report(found, {replay_words(path), "", explain_words(path)}, {});
    if (file.ended == sim::name(now.ended) && file.broke.name == now.broke.name && file.hash == now.hash) {
      return text.empty() ? std::nullopt : std::optional("\n" + text);
    }
    return fmt::format("{} did not replay: it was recorded as {} with trace hash {}, and is {} with {} now{}\n{}", path,
                       file.broke.name.empty() ? file.ended : file.broke.name, hex(file.hash),
                       now.broke.name.empty() ? sim::name(now.ended) : now.broke.name, hex(now.hash),
                       found.seen.divergence ? "; it goes another way at " + *found.seen.divergence : "", text);
  }

  /// The same file's failure, with all that can be found out about it.
  std::optional<std::string> explain_file(const std::string& path, const replay_file& file) {
    const std::optional<run_result> expected = recorded_failure(file);
    if (!expected) return fmt::format("{} is the record of a clean run; there is no failure in it", path);
    shrink_options options;
    options.stall = environment_.stall;
    shared_memory memory;
    explanation why = explain(memory, what_, file.data_seed, file.choices, *expected, options);
    if (why.problem) return fmt::format("{}: nothing to explain: {}", path, *why.problem);
    finding found{finding::nature::failure, file.seed, file.run, 0, why.shrunk.best};
    found.natural = why.natural;
    return "\n" + failure_report(found, {replay_words(path), "", ""}, {}) + explanation_text(why);
  }

  std::optional<std::string> search_here() {
    const wall::time_point started = wall::now();
    crash_note note(
        fmt::format("\nthe test crashed; it does so again with\n  TWINLOOP_SEED={} TWINLOOP_RUN=", hex(seed_)),
        fmt::format(" {}\n", filtered_binary()));
    if (first_ >= sim::search_model::learning_runs) learn(note);
    for (std::uint64_t run = first_; run < last_ && !out_of_time(started); ++run) {
      note.set_run(run);
      const run_result result = run < sim::search_model::learning_runs ? execute_and_learn(run) : execute(run);
      if (failing(result)) return fail(run, result);
      if (run == 0) natural_hash_ = result.hash;
      if (run == 1 && natural_hash_ && *natural_hash_ != result.hash) return differ(run);
      if (run % compare_one_in != compare_one_in / 2) continue;
      const run_result second = execute(run);
      if (failing(second)) return fail(run, second);
      if (second.hash != result.hash) return differ(run);
    }
    return std::nullopt;
  }

  /// The same in worker processes: what dies, or does not end, is a failing run too.
  std::optional<std::string> search_in_workers() {
    shared_memory memory;
    if (last_ > sim::search_model::learning_runs) {
      what_.learned = learn_isolated(memory, what_, seed_, watching());
    }
    explore_options options;
    options.seed = seed_;
    options.runs = last_;
    options.seconds = environment_.seconds;
    options.jobs = environment_.jobs;
    options.stall = environment_.stall;
    options.done.add(0, first_);
    const exploration done = explore(memory, what_, options);
    if (done.found.empty()) return std::nullopt;
    return tell(made_smaller(memory, done.found.front()));
  }

  std::string filtered_binary() const {
    return fmt::format("{} --gtest_filter={}", shell_word(binary_), shell_word(test_));
  }
  std::string explain_words(const std::string& path) const {
    return fmt::format("TWINLOOP_EXPLAIN={} {}", shell_word(path), filtered_binary());
  }
  std::string replay_words(const std::string& path) const {
    return fmt::format("{}TWINLOOP_REPLAY={} {}", in_workers(), shell_word(path), filtered_binary());
  }
  /// What a line has to begin with so that a run which dies is told by its test.
  const char* in_workers() const { return environment_.jobs == 0 ? "" : "TWINLOOP_JOBS=1 "; }

  watch_options watching() const {
    watch_options watch;
    watch.stall = environment_.stall;
    return watch;
  }
  bool out_of_time(wall::time_point started) const {
    return environment_.seconds &&
           std::chrono::duration<double>(wall::now() - started).count() >= *environment_.seconds;
  }

  run_result execute(std::uint64_t run, bool log_events = false) {
    const auto source = source_of(what_, seed_, run);
    return run_in(world_, {&what_, source.get(), seed_, run, &record_, log_events});
  }

  /// One of the first runs of a search, of which the others learn.
  run_result execute_and_learn(std::uint64_t run) {
    const auto source = source_of(what_, seed_, run);
    sim::learning_source listening(*source);
    run_result result = run_in(world_, {&what_, &listening, seed_, run, &record_, false});
    if (!failing(result)) listening.teach(what_.learned, run);
    return result;
  }

  /// For a test that begins in the middle of a search.
  void learn(crash_note& note) {
    for (std::uint64_t run = 0; run < sim::search_model::learning_runs; ++run) {
      note.set_run(run);
      execute_and_learn(run);
    }
  }

  std::string fail(std::uint64_t run, const run_result& result) {
    observation met;
    met.result = result;
    met.result.choices.assign(world_.choices().begin(), world_.choices().end());
    met.complete = true;
    shared_memory memory;
    return tell(made_smaller(memory, confirm(memory, what_, seed_, run, std::move(met), watching())));
  }

  finding made_smaller(shared_memory& memory, finding found) {
    if (found.what != finding::nature::failure || found.seen.result.deviations == 0) return found;
    shrink_options options;
    options.seconds = shrink_seconds;
    options.stall = environment_.stall;
    shrink_result shrunk = shrink(memory, what_, seed_, found.seen.result.choices, found.seen.result, options);
    if (shrunk.problem) return found;
    found.seen = std::move(shrunk.best);
    found.natural = run_natural(memory, what_, seed_, {});
    return found;
  }

  std::string differ(std::uint64_t run) {
    observation met;
    met.result = execute(run, true);
    met.events = world_.events();
    met.complete = true;
    shared_memory memory;
    return tell(explain_difference(memory, what_, seed_, run, std::move(met), {}));
  }

  /// The report, which ends with the line that runs it again; the file is written on the way.
  std::string tell(const finding& found) {
    std::string trouble, explain;
    std::string words = fmt::format("{}TWINLOOP_SEED={} TWINLOOP_RUNS={} {}", in_workers(), hex(seed_), found.run + 1,
                                    filtered_binary());
    if (found.what == finding::nature::failure) {
      const std::string path = replay_path();
      const auto error = make_replay_file(found, what_, base_name(binary_)).save(path);
      if (error)
        trouble = *error + "\n";
      else
        words = replay_words(path), explain = explain_words(path);
    }
    return "\n" + trouble + failure_report(found, {words, "", explain}, {});
  }

  std::string replay_path() const {
    std::string name = fmt::format("{}-{:x}.twin", test_, seed_);
    for (char& letter : name) {
      if (letter == '/') letter = '_';
    }
    const std::optional<std::string>& directory = environment_.replay_files;
    return directory ? fmt::format("{}/{}", *directory, name) : name;
  }

  const std::string test_;
  subject what_;
  const gtest_environment environment_;
  const std::uint64_t seed_;
  const std::string binary_;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
  std::optional<std::uint64_t> natural_hash_;
  sim::recording record_;
  sim::world world_;
};

}  // namespace

verdict check_runs(const char* test, void (*body)(sim::world&), std::uint64_t runs, std::uint32_t extra_kinds,
                   std::vector<sim::failure> (*expectations)()) {
  TWINLOOP_ASSERT(body != nullptr);
  subject what{
      test, [body](sim::world& world, const configuration&) { body(world); }, {}, sim::order_kinds() | extra_kinds, {}};
  if (expectations != nullptr) what.expectations = expectations;
  try {
    return test_runs(test, std::move(what), runs, read_gtest_environment()).run();
  } catch (const std::exception& error) {  // a variable that is no number, or no memory or process to be had
    return {verdict::kind::failed, fmt::format("{}: {}", test, error.what())};
  }
}

}  // namespace twinloop::testing
