// What twinloop::check does: many workloads, a few schedules of each; on a failure a small case, a replay file, and two
// lines that show it again.
#include <fmt/format.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "sim/testing/asked_replay.hpp"
#include "sim/testing/crash_note.hpp"
#include "sim/testing/file_io.hpp"
#include "sim/testing/gtest_environment.hpp"
#include "sim/testing/property_search.hpp"
#include "sim/testing/report.hpp"
#include "sim/testing/run.hpp"
#include "sim/testing/stall_alarm.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

constexpr std::uint64_t default_seed = 1;
constexpr int size_max = 100;               // of RapidCheck's generators
constexpr std::uint64_t discards_max = 10;  // for each case that counts, as RapidCheck has it

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The words this process was called with.
std::vector<std::string> this_call() {
  std::string ignored;
  std::istringstream text(read_whole_file("/proc/self/cmdline", ignored).value_or("./test"));
  std::vector<std::string> words;
  for (std::string word; std::getline(text, word, '\0');) words.push_back(word);
  return words;
}

/// The same for a shell.
std::string this_command() {
  std::string command;
  for (const std::string& word : this_call()) command += (command.empty() ? "" : " ") + shell_word(word);
  return command;
}

std::string this_program() {
  const std::vector<std::string> words = this_call();
  return words.empty() ? "test" : base_name(words.front());
}

std::string file_name(std::string name) {
  for (char& letter : name) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') || letter == '.' || letter == '-' || letter == '_';
    if (!plain) letter = '_';
  }
  const std::string directory = environment("TWINLOOP_REPLAY_DIR");
  return directory.empty() ? name + ".twin" : fmt::format("{}/{}.twin", directory, name);
}

std::string indented(const std::string& text) {
  std::string lines = "    ";
  for (const char letter : text) lines += letter == '\n' ? std::string("\n    ") : std::string(1, letter);
  return lines.substr(0, lines.find_last_not_of(" \n") + 1) + "\n";
}

class property_check {
 public:
  property_check(const std::string& name, const workload_generator& workloads, const check_options& options)
      : name_(name),
        workloads_(workloads),
        options_(options),
        environment_(read_gtest_environment()),
        search_(name, options, watching()),
        rc_params_(environment("RC_PARAMS")) {
    rc::detail::Configuration defaults;
    defaults.testParams.seed = default_seed;
    defaults.testParams.maxSuccess = static_cast<int>(options.cases);
    defaults.testParams.maxSize = size_max;
    const std::string seed = environment("TWINLOOP_SEED");
    if (!seed.empty()) {
      const auto value = parse_number(seed);
      if (!value) throw std::invalid_argument(fmt::format("TWINLOOP_SEED={}: that is no number", seed));
      defaults.testParams.seed = *value;
    }
    try {
      params_ = rc::detail::configFromString(rc_params_, defaults).testParams;
    } catch (const rc::detail::ConfigurationException& error) {
      throw std::invalid_argument(fmt::format("RC_PARAMS={}: {}", rc_params_, error.what()));
    }
  }

  check_result run() {
    std::optional<stall_alarm> alarm;
    if (environment_.jobs == 0) alarm.emplace(environment_.stall);
    const std::string file = environment("TWINLOOP_REPLAY");
    if (!file.empty()) return replay(file);
    if (const auto place = parse_reproduce(name_, rc_params_)) return reproduce(*place);
    return search();
  }

 private:
  /// How a search ended; counters().verdict of a worker that searches.
  enum class search_end : std::uint32_t { passed, broken, not_drawn, gave_up };
  enum class search_phase : std::uint32_t { drawing, running };

  check_result search() {
    if (environment_.jobs > 0) return search_in_worker();
    crash_note note(fmt::format("\nproperty \"{}\": the process crashed, after it had drawn ", name_),
                    fmt::format(" workloads. In a worker process the case is kept and made small:\n"
                                "  TWINLOOP_JOBS=1 RC_PARAMS=\"seed={} max_success={} max_size={}\" {}\n",
                                params_.seed, params_.maxSuccess, params_.maxSize, this_command()));
    check_result done;
    const std::optional<broken_case> broken = look_for_failure(done, [&] { note.set_run(done.cases); });
    done.runs = search_.runs();
    return broken ? shrink_and_tell(std::move(done), *broken) : done;
  }

  /// Draws cases and runs them until one breaks; without one, `done` says what came of it. `before` is called before
  /// the runs of each.
  std::optional<broken_case> look_for_failure(check_result& done, const std::function<void()>& before) {
    worker_counters& counters = search_.memory().counters();
    const auto end = [&](search_end why) { counters.verdict.store(static_cast<std::uint32_t>(why)); };
    const auto enter = [&](search_phase now) { counters.phase.store(static_cast<std::uint32_t>(now)); };
    rc::Random random(params_.seed);
    const std::uint64_t wanted = cases_wanted();
    for (std::uint64_t drawn = 0; done.cases < wanted; ++drawn) {
      enter(search_phase::drawing);
      counters.index.store(drawn);
      counters.begun.fetch_add(1, std::memory_order_relaxed);  // drawing is progress, too
      property_case tried = draw_case(workloads_, random.split(), size_of(drawn));
      if (!tried.what.failed.empty()) {
        end(search_end::not_drawn);
        done = fail_to_draw(tried);
        return std::nullopt;
      }
      if (tried.what.discarded) {
        if (drawn + 1 - done.cases <= discards_max * wanted) continue;
        end(search_end::gave_up);
        done = give_up(done.cases, drawn + 1 - done.cases);
        return std::nullopt;
      }
      ++done.cases;
      before();
      enter(search_phase::running);
      auto broken = search_.search(tried, options_.schedules);
      if (!broken) continue;
      end(search_end::broken);
      return broken_case{std::move(tried), std::move(*broken)};
    }
    done.passed = true;
    return std::nullopt;
  }

  /// The same in a worker: what dies, or does not end, is a failing case too. Drawing is a function of the seed, so the
  /// number of the case says all about its workload.
  check_result search_in_worker() {
    shared_memory& memory = search_.memory();
    const watch_options watch = watching();
    const worker_end end = run_worker(memory, watch, [&] {
      check_result ignored;
      if (const auto broken = look_for_failure(ignored, [] {})) observation_writer(memory.log()).result(broken->run);
    });
    search_.isolate();  // from here on: the worker itself has run everything in its own process
    observation seen;
    read_observation(memory.log(), seen);
    add_worker_end(memory, end, watch, seen);
    const worker_counters& counters = memory.counters();
    const std::uint64_t drawn = counters.index.load();
    check_result done;
    done.runs = counters.done.load();
    done.cases = done.runs / std::max<std::uint64_t>(1, options_.schedules);
    const bool died = end.ended != worker_end::how::finished;
    if (died && counters.phase.load() == static_cast<std::uint32_t>(search_phase::drawing)) {
      return fail_with(fmt::format("property \"{}\": {} while workload {} was drawn: {}\n", name_,
                                   seen.result.broke.name, drawn, seen.result.broke.message));
    }
    if (!died && !seen.complete) {  // no run failed, or it could not be told
      const auto why = static_cast<search_end>(counters.verdict.load());
      if (why == search_end::not_drawn) return fail_to_draw(case_number(drawn));
      if (why == search_end::gave_up) return give_up(done.cases, drawn + 1 - done.cases);
      if (why == search_end::broken) return fail_untold(drawn);
      done.passed = true;
      return done;
    }
    ++done.cases;
    ++done.runs;
    return shrink_and_tell(std::move(done), {case_number(drawn), std::move(seen.result)});
  }

  std::uint64_t cases_wanted() const { return static_cast<std::uint64_t>(params_.maxSuccess); }
  int size_of(std::uint64_t drawn) const {
    return static_cast<int>(drawn % (static_cast<std::uint64_t>(params_.maxSize) + 1));
  }
  property_case case_number(std::uint64_t drawn) const {
    rc::Random random(params_.seed);
    for (std::uint64_t before = 0; before < drawn; ++before) (void)random.split();
    return draw_case(workloads_, random.split(), size_of(drawn));
  }

  check_result shrink_and_tell(check_result done, broken_case found) {
    finding judged = search_.confirm_case(found);
    std::string params = fmt::format("seed={} max_success={}", params_.seed, params_.maxSuccess);
    if (judged.what == finding::nature::failure && !params_.disableShrinking) {
      found = search_.shrink(std::move(found));
      // From the workload alone: if that leads to a schedule as small, the short line is enough.
      auto derived = search_.derive(found.what, &found.run);
      if (derived && !smaller_schedule(found.run, *derived)) {
        found.run = std::move(*derived);
        params = reproduce_text(name_, found.what.place);
      }
      judged = search_.confirm_case(found);
    }
    return tell(std::move(done), found, judged, params);
  }

  check_result reproduce(const rc::detail::Reproduce& place) {
    check_result done;
    auto found = find_case(workloads_, place);
    if (!found || found->what.discarded) {
      done.text = fmt::format("{}: RC_PARAMS names a case that its generators do not make any more\n", name_);
      return done;
    }
    if (environment_.jobs > 0) search_.isolate();
    auto run = search_.derive(*found, nullptr);
    done.cases = 1;
    done.runs = search_.runs();
    done.passed = !run;
    if (!run) return done;
    const broken_case broken{std::move(*found), std::move(*run)};
    return tell(std::move(done), broken, search_.confirm_case(broken), rc_params_);
  }

  check_result replay(const std::string& path) {
    check_result done;
    asked_replay asked = load_asked_replay("TWINLOOP_REPLAY", path, this_program(), name_);
    if (asked.instead.failed()) return fail_with(asked.instead.text + "\n");
    if (asked.instead.skipped()) {
      fmt::print(stderr, "{}\n", asked.instead.text);
      done.passed = done.skipped = true;
      return done;
    }
    const replay_file& file = *asked.file;
    const auto settings = file.settings.find("rapidcheck");
    const auto place = settings == file.settings.end() ? std::nullopt : parse_reproduce(name_, settings->second);
    const auto what = place ? find_case(workloads_, *place) : std::nullopt;
    if (!what || what->what.discarded) {
      return fail_with(fmt::format("{} holds a case of {} that its generators do not make any more\n", path, name_));
    }
    sim::replay_source source(file.choices, sim::replay_source::matching::strict);
    const subject about = search_.subject_of(*what);
    shared_memory memory;
    finding found{finding::nature::failure, file.seed, file.run, 0, {}};
    const isolated_request request{&about, &source, file.data_seed, file.run, false, &source};
    found.seen = environment_.jobs > 0 ? run_isolated(memory, request, watching()) : run_here(memory, request);
    done.cases = done.runs = 1;
    const run_result& now = found.seen.result;
    const bool same = file.ended == sim::name(now.ended) && file.broke.name == now.broke.name && file.hash == now.hash;
    if (same && !failing(now)) {
      done.passed = true;
      return done;
    }
    done = tell(std::move(done), {*what, now}, found, settings->second, path);
    if (!same) {
      done.text += fmt::format("{} did not replay: it was recorded as {} with trace hash {}, and is {} with {} now\n",
                               path, file.broke.name, hex(file.hash), now.broke.name, hex(now.hash));
    }
    return done;
  }

  /// The report. A file is written unless the failure came from one.
  check_result tell(check_result done, const broken_case& broken, const finding& found, const std::string& params,
                    const std::string& from_file = {}) {
    done.run = found.seen.result;
    done.workload = describe(broken.what);
    done.rc_params = params;
    done.shrinks = search_.shrinks();
    done.rounds = search_.rounds();
    std::string trouble;
    done.replay_file = from_file;
    if (from_file.empty() && found.what == finding::nature::failure) {
      done.replay_file = file_name(name_);
      if (auto error =
              make_replay_file(found, search_.subject_of(broken.what), this_program()).save(done.replay_file)) {
        trouble = *error + "\n";
        done.replay_file.clear();
      }
    }
    // What a line has to begin with so that a run which dies is told.
    const std::string command = (environment_.jobs > 0 ? "TWINLOOP_JOBS=1 " : "") + this_command();
    const std::string again =
        done.replay_file.empty() ? "" : fmt::format("TWINLOOP_REPLAY={} {}", shell_word(done.replay_file), command);
    done.text =
        fmt::format("\n{}property \"{}\" does not hold: case {}, run {}\n", trouble, name_, done.cases, done.runs);
    done.text += done.workload.empty() ? "  nothing was drawn\n" : "  the smallest workload that breaks it:\n";
    for (const auto& [what, value] : done.workload) {
      const bool short_enough = value.find('\n') == std::string::npos;
      done.text += indented(what + (short_enough ? ": " : ":\n") + value);
    }
    done.text += failure_report(found, {again, ""}, {});
    done.text += fmt::format("  or by RapidCheck:  RC_PARAMS=\"{}\" {}\n", params, command);
    return done;
  }

  watch_options watching() const {
    watch_options watch;
    watch.stall = environment_.stall;
    return watch;
  }
  static check_result fail_with(std::string text) {
    check_result done;
    done.text = std::move(text);
    return done;
  }
  /// The worker's last word was that a case breaks, and its log does not have how: a message of many megabytes.
  check_result fail_untold(std::uint64_t drawn) {
    return fail_with(
        fmt::format("property \"{}\" does not hold: workload {} breaks it, but the failure is too long for the memory "
                    "that a worker process tells it in; without TWINLOOP_JOBS it is told\n",
                    name_, drawn));
  }
  check_result fail_to_draw(const property_case& tried) {
    return fail_with(fmt::format("property \"{}\": an assertion failed while its workload was drawn: {}\n", name_,
                                 tried.what.failed));
  }
  check_result give_up(std::uint64_t cases, std::uint64_t discarded) {
    return fail_with(
        fmt::format("property \"{}\": gave up after {} cases: {} workloads were discarded; draw such as meet "
                    "the preconditions\n",
                    name_, cases, discarded));
  }

  const std::string name_;
  const workload_generator& workloads_;
  const check_options options_;
  const gtest_environment environment_;
  property_search search_;
  const std::string rc_params_;
  rc::detail::TestParams params_;
};

}  // namespace

check_result check_workloads(const std::string& name, const workload_generator& workloads,
                             const check_options& options) {
  check_result done;
  try {
    done = property_check(name, workloads, options).run();
  } catch (const std::exception& error) {  // a variable that is no number, no memory or process to be had
    done = {};
    done.text = fmt::format("{}: {}\n", name, error.what());
  }
  if (!done.passed && options.print) fmt::print(stderr, "{}", done.text);
  return done;
}

}  // namespace twinloop::testing
