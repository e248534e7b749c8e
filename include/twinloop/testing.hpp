// Tests and tools on top of the simulated world: scenarios, searching, replaying, shrinking, GoogleTest.
//
//   // kv_test.cpp                                    // a scenario binary
//   TWINLOOP_TEST(kv, survives_crashes, 200) {        int main(int argc, char** argv) {
//     build(world);                                     static const scenario all[] = {{"kv", "...", run_kv}};
//     world.run();                                      return twinloop::testing::scenario_main(argc, argv, all);
//   }                                                 }
//
// A failing run prints what broke, the few deviations from the natural order, one line that replays it, and the file.
#ifndef TWINLOOP_TESTING_HPP
#define TWINLOOP_TESTING_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "twinloop/sim.hpp"

namespace twinloop::testing {

/// Settings of a scenario, name -> value; part of a replay file.
using configuration = std::map<std::string, std::string, std::less<>>;

/// The setting of that name as a number, decimal or hex after 0x; throws std::invalid_argument if it is none.
std::uint64_t number_of(const configuration& settings, std::string_view name);

/// A setting as a scenario declares it: its default, and which values it takes.
///
///   .defaults = {{"clients", setting::number(2, 1, 64)}, {"crash", setting::flag(true)},
///                {"disk", setting::one_of("fast", {"fast", "slow"})}, {"greeting", "any text"}}
///
/// A body never sees another value: `--set`, replay files and run_once refuse it and say what there is.
class setting {
 public:
  // Any text. Implicit, so that a name and a string are a declaration.
  setting(std::string standard) : standard_(std::move(standard)) {}
  setting(const char* standard) : standard_(standard) {}
  /// A number from `min` to `max`, for number_of(). The shrinker of a size goes no lower than `min`.
  static setting number(std::uint64_t standard, std::uint64_t min, std::uint64_t max);
  /// One of `words`; an empty one is a word too.
  static setting one_of(std::string standard, std::vector<std::string> words);
  /// 0 or 1, for number_of().
  static setting flag(bool standard);

  const std::string& standard() const { return standard_; }
  std::uint64_t min() const { return min_; }
  bool takes(const std::string& value) const;
  /// What it takes, for people: "a number from 1 to 64".
  std::string allowed() const;
  /// The word that a wrong value was probably meant to be.
  std::optional<std::string> nearest(const std::string& value) const;

 private:
  enum class type : std::uint8_t { text, number, word };
  std::string standard_;
  type type_ = type::text;
  std::uint64_t min_ = 0;
  std::uint64_t max_ = 0;
  std::vector<std::string> words_{};
};

/// By name.
using declared_settings = std::map<std::string, setting, std::less<>>;

/// A story that runs in a world: builds hosts, calls world.run(), checks. It must take everything that varies from the
/// world and the configuration.
struct scenario {
  const char* name;
  const char* summary;  ///< one line for `list`
  void (*body)(sim::world& world, const configuration& settings);
  std::uint32_t kinds = 0;        ///< extra choice kinds to search (bits), beside order_kinds()
  bool expected_to_fail = false;  ///< a buggy twin: a clean search of it is the surprise
  declared_settings defaults{};   ///< settings it understands; `--set` refuses others
  /// Which of them say how much work there is, as numbers: the shrinker makes them smaller.
  std::vector<std::string> sizes{};
};

/// The command line of a scenario binary: list, run, explore, replay, shrink, explain, merge. Exit status: 0 clean, 1 a
/// failure was found (or did not replay), 2 wrong use or output that could not be written, 3 a search was interrupted
/// before it found anything. `spelled` is how a test of the same program would write `all`, for the tests that
/// `explain` prints.
int scenario_main(int argc, char** argv, std::span<const scenario> all, const char* spelled = "scenarios()");

/// A copy of the scenario of that name; throws std::invalid_argument, which lists those there are, if there is none.
scenario find_scenario(std::span<const scenario> all, std::string_view name);

/// A replay file: everything that repeats a run. Text, one choice a line; see docs/determinism.md.
struct replay_file {
  std::string program;  ///< the binary's name
  std::string scenario;
  configuration settings;
  std::uint64_t seed = 0;  ///< base seed and run it was found with, for people
  std::uint64_t run = 0;
  std::uint64_t data_seed = 0;
  sim::failure broke;      ///< signature
  std::string ended;       ///< outcome's name
  std::uint64_t hash = 0;  ///< of the whole run
  std::vector<sim::choice_record> choices;
  std::map<std::uint64_t, std::string> names;  ///< of the labels that occur

  /// Writes it so that a reader sees the old file or the whole new one. The error says what went wrong and where.
  std::optional<std::string> save(const std::string& path) const;
  /// The parsed file, or in `error` a sentence: what was wrong, in which line, what to do.
  static std::optional<replay_file> load(const std::string& path, std::string& error);
};

/// The outcome of one run, wherever it ran.
struct run_result {
  sim::outcome ended = sim::outcome::not_run;
  sim::failure broke;  ///< empty name when clean
  std::string site;    ///< what tells it from other failures of that name: a function, an expression, who waits
  std::uint64_t hash = 0;
  std::uint64_t deviations = 0;
  std::int64_t virtual_time = 0;
  std::vector<sim::choice_record> choices;
  std::map<std::uint64_t, std::string> names;  ///< only when asked for
  std::string report;                          ///< world.report().text() of a failure
};

/// Runs `story` once in this process. Throws std::invalid_argument for settings that it does not take.
run_result run_once(const scenario& story, const configuration& settings, sim::choice_source* source,
                    std::uint64_t data_seed, bool with_names = false);

/// What became of a test.
struct verdict {
  enum class kind : std::uint8_t { passed, failed, skipped };
  kind is = kind::passed;
  std::string text{};  ///< of a failure, with its replay line; or why it was skipped
  bool failed() const { return is == kind::failed; }
  bool skipped() const { return is == kind::skipped; }
};

/// What GoogleTest's macro does for one test: `runs` schedules, or the one of TWINLOOP_REPLAY (a file); a test that the
/// file is not about is skipped. `expectations` lists what another library has counted as failed since the test began:
/// what a run adds to it makes that run a failing one.
verdict check_runs(const char* test, void (*body)(sim::world&), std::uint64_t runs, std::uint32_t extra_kinds,
                   std::vector<sim::failure> (*expectations)() = nullptr);

/// The failed EXPECTs and ASSERTs of the GoogleTest test under way.
template <class UnitTest>
std::vector<sim::failure> failed_expectations(const UnitTest& framework) {
  std::vector<sim::failure> failed;
  const auto* test = framework.current_test_info();
  if (test == nullptr) return failed;
  for (int index = 0; index < test->result()->total_part_count(); ++index) {
    const auto& part = test->result()->GetTestPartResult(index);
    if (!part.failed()) continue;
    const std::string file = part.file_name() != nullptr ? part.file_name() : "";
    const std::string place = file + ":" + std::to_string(part.line_number());
    failed.push_back({"expectation at " + place.substr(place.rfind('/') + 1), part.message(), place});
  }
  return failed;
}

}  // namespace twinloop::testing

/// A GoogleTest test whose body runs `runs` times, each under another schedule, with `world` ready to be filled. A run
/// fails by what its world reports, by an exception, or by a failed EXPECT or ASSERT.
/// TWINLOOP_REPLAY=<file> runs the one recorded there, TWINLOOP_SEED=<n> changes the search, TWINLOOP_RUNS=<n> its
/// length, TWINLOOP_RUN=<n> runs that one only; TWINLOOP_EXPLAIN=<file> says why the run recorded there fails. With a
/// file the other tests of its program are skipped, and those of another program fail. Replay files go to
/// TWINLOOP_REPLAY_DIR or the working directory.
/// TWINLOOP_BUDGET=30s (5m, 2h, 10000runs) searches for so long instead. TWINLOOP_JOBS=<n> runs in n worker processes:
/// an abort, a crash, an endless loop (TWINLOOP_STALL seconds of CPU time, 10 by default) then fails the test with its
/// replay line, and the next test goes on; without it both end the test program, an endless loop by an abort, so that a
/// debugger shows where it is.
/// Include gtest/gtest.h first.
#define TWINLOOP_TEST(suite, name, runs)                                                                       \
  static void suite##_##name##_body(::twinloop::sim::world& world);                                            \
  TEST(suite, name) {                                                                                          \
    const auto ended = ::twinloop::testing::check_runs(#suite "." #name, &suite##_##name##_body, runs, 0, [] { \
      return ::twinloop::testing::failed_expectations(*::testing::UnitTest::GetInstance());                    \
    });                                                                                                        \
    if (ended.failed()) FAIL() << ended.text;                                                                  \
    if (ended.skipped()) GTEST_SKIP() << ended.text;                                                           \
  }                                                                                                            \
  static void suite##_##name##_body([[maybe_unused]] ::twinloop::sim::world& world)

#endif
