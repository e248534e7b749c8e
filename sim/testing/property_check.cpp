// What twinloop::check does: many workloads, a few schedules of each; on a failure a small case, a replay file, and two
// lines that show it again.
#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

#include "sim/testing/asked_replay.hpp"
#include "sim/testing/file_io.hpp"
#include "sim/testing/property_search.hpp"
#include "sim/testing/report.hpp"
#include "sim/testing/run.hpp"
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

/// The words this process was called with, for a shell.
std::string this_command() {
  std::string ignored;
  std::string words = read_whole_file("/proc/self/cmdline", ignored).value_or("./test");
  while (!words.empty() && words.back() == '\0') words.pop_back();
  for (char& letter : words) {
    if (letter == '\0') letter = ' ';
  }
  return words;
}

std::string this_program() {
  const std::string command = this_command();
  return base_name(command.substr(0, command.find(' ')));
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
        search_(name, options),
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
    const std::string file = environment("TWINLOOP_REPLAY");
    if (!file.empty()) return replay(file);
    if (const auto place = parse_reproduce(name_, rc_params_)) return reproduce(*place);
    return search();
  }

 private:
  check_result search() {
    check_result done;
    rc::Random random(params_.seed);
    std::uint64_t discarded = 0;
    const auto wanted = static_cast<std::uint64_t>(params_.maxSuccess);
    for (std::uint64_t drawn = 0; done.cases < wanted; ++drawn) {
      const int size = static_cast<int>(drawn % (static_cast<std::uint64_t>(params_.maxSize) + 1));
      property_case tried = draw_case(workloads_, random.split(), size);
      if (!tried.what.failed.empty()) return fail_to_draw(tried);
      if (tried.what.discarded) {
        if (++discarded > discards_max * wanted) return give_up(done.cases, discarded);
        continue;
      }
      ++done.cases;
      auto broken = search_.search(tried, options_.schedules);
      if (!broken) continue;
      done.runs = search_.runs();
      return shrink_and_tell(std::move(done), {std::move(tried), std::move(*broken)});
    }
    done.runs = search_.runs();
    done.passed = true;
    return done;
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
    found.seen = run_here(memory, {&about, &source, file.data_seed, file.run, false, &source});
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
    const std::string command = this_command();
    const std::string again =
        done.replay_file.empty() ? "" : fmt::format("TWINLOOP_REPLAY={} {}", shell_quoted(done.replay_file), command);
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

  static std::string shell_quoted(const std::string& path) {
    return path.find(' ') == std::string::npos ? path : "'" + path + "'";
  }
  static check_result fail_with(std::string text) {
    check_result done;
    done.text = std::move(text);
    return done;
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
