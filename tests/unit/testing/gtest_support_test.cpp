// Goal: a test made with TWINLOOP_TEST searches, tells a failure with the line that replays it, and replays it.
// Method: runs the program testing_macro_sample, whose tests fail on purpose, and then the line that it printed.
#include <gtest/gtest.h>

#include "tests/unit/sanitizers.hpp"
#include "tests/unit/testing/subprocess.hpp"
#include "tests/unit/testing/temporary_directory.hpp"

namespace {

class twinloop_test : public ::testing::Test {
 protected:
  finished_program run(const std::string& test, const std::string& environment = "") {
    return run_program(directory_.path(),
                       environment + " '" + TWINLOOP_MACRO_SAMPLE + "' --gtest_filter=macro." + test);
  }
  /// The line of a failing test's output that begins with these words, without them.
  static std::string line_after(const std::string& output, const std::string& words) {
    const std::size_t at = output.find(words);
    if (at == std::string::npos) return "";
    return output.substr(at + words.size(), output.find('\n', at) - at - words.size());
  }
  temporary_directory directory_;
};

#define EXPECT_HAS(text, words) EXPECT_NE((text).find(words), std::string::npos) << "\n" << (text)

TEST_F(twinloop_test, of_a_sound_body_passes) { EXPECT_EQ(run("of_a_sound_body_passes").status, 0); }

TEST_F(twinloop_test, that_fails_prints_the_line_that_replays_it) {
  const finished_program failed = run("finds_a_failed_check");
  EXPECT_EQ(failed.status, 1);
  EXPECT_HAS(failed.output, "FAILED  order.a_comes_first");
  EXPECT_HAS(failed.output, "1 choice differs from the natural order");
  const std::string line = line_after(failed.output, "replay:  ");
  EXPECT_EQ(line.find("TWINLOOP_REPLAY=macro.finds_a_failed_check-1.twin "), 0u) << line;
  const finished_program again = run_program(directory_.path(), line);
  EXPECT_EQ(again.status, 1);
  EXPECT_HAS(again.output, "FAILED  order.a_comes_first");
  EXPECT_EQ(again.output.find("did not replay"), std::string::npos) << again.output;
}

TEST_F(twinloop_test, that_fails_prints_a_line_to_paste_where_paths_have_spaces) {
  const std::string directory = directory_.path();
  ASSERT_EQ(run_program(directory, "mkdir 'my tests' && ln -s '" TWINLOOP_MACRO_SAMPLE "' 'my tests/sample'").status,
            0);
  const finished_program failed = run_program(
      directory, "TWINLOOP_REPLAY_DIR='my tests' 'my tests/sample' --gtest_filter=macro.finds_a_failed_check");
  EXPECT_EQ(failed.status, 1);
  for (const std::string words : {"replay:  ", "explain: "}) {
    const std::string line = line_after(failed.output, words);
    const finished_program again = run_program(directory, line);
    EXPECT_EQ(again.status, 1) << line << "\n" << again.errors;
    EXPECT_HAS(again.output, "FAILED  order.a_comes_first");
  }
}

TEST_F(twinloop_test, that_fails_prints_the_line_that_explains_it) {
  const finished_program failed = run("finds_a_failed_check");
  const std::string line = line_after(failed.output, "explain: ");
  EXPECT_EQ(line.find("TWINLOOP_EXPLAIN=macro.finds_a_failed_check-1.twin "), 0u) << line;
  const finished_program told = run_program(directory_.path(), line);
  EXPECT_EQ(told.status, 1);
  EXPECT_HAS(told.output, "FAILED  order.a_comes_first");
  EXPECT_HAS(told.output, "A then B");
  EXPECT_HAS(told.output, "| failing");
  EXPECT_HAS(told.output, "tested: 5 of 5 replays");
}

TEST_F(twinloop_test, says_what_is_wrong_with_a_file_that_it_is_to_explain) {
  const finished_program missing = run("finds_a_failed_check", "TWINLOOP_EXPLAIN=nowhere.twin");
  EXPECT_EQ(missing.status, 1);
  EXPECT_HAS(missing.output, "TWINLOOP_EXPLAIN: ");
  EXPECT_HAS(missing.output, "nowhere.twin");
  EXPECT_EQ(run("finds_a_failed_check").status, 1);
  const std::string file = "TWINLOOP_EXPLAIN=macro.finds_a_failed_check-1.twin";
  const finished_program other = run("of_a_sound_body_passes", file);
  EXPECT_EQ(other.status, 0) << "another test's file is none of its business";
  EXPECT_HAS(other.output, "[  SKIPPED ] macro.of_a_sound_body_passes");
}

TEST_F(twinloop_test, is_skipped_if_the_file_is_a_run_of_another_test) {
  EXPECT_EQ(run("finds_a_failed_check").status, 1);
  const finished_program both =
      run("finds_a_failed_check:macro.stands_last", "TWINLOOP_REPLAY=macro.finds_a_failed_check-1.twin");
  EXPECT_HAS(both.output, "[  FAILED  ] macro.finds_a_failed_check");
  EXPECT_HAS(both.output, "[  SKIPPED ] macro.stands_last");
  EXPECT_HAS(
      both.output,
      "macro.finds_a_failed_check-1.twin is a run of macro.finds_a_failed_check, so macro.stands_last is skipped");
  EXPECT_EQ(both.output.find("[       OK ]"), std::string::npos) << both.output;
}

TEST_F(twinloop_test, fails_if_the_file_is_one_of_another_program) {
  ASSERT_EQ(run_program(directory_.path(), std::string("'") + TWINLOOP_STORIES + "' run clean -o clean.twin").status,
            0);
  for (const char* variable : {"TWINLOOP_REPLAY", "TWINLOOP_EXPLAIN"}) {
    const finished_program failed = run("of_a_sound_body_passes", std::string(variable) + "=clean.twin");
    EXPECT_EQ(failed.status, 1) << failed.output;
    EXPECT_HAS(failed.output, std::string(variable) +
                                  ": clean.twin was recorded by the program \"testing_stories\", and this is "
                                  "\"testing_macro_sample\"");
  }
}

TEST_F(twinloop_test, takes_a_failed_expectation_for_a_failing_run) {
  const finished_program failed = run("finds_a_failed_expectation");
  EXPECT_EQ(failed.status, 1);
  EXPECT_HAS(failed.output, "FAILED  expectation at macro_sample.cpp:");
  EXPECT_HAS(failed.output, "1 choice differs from the natural order");
  const finished_program again = run_program(directory_.path(), line_after(failed.output, "replay:  "));
  EXPECT_EQ(again.status, 1);
  EXPECT_HAS(again.output, "FAILED  expectation at macro_sample.cpp:");
}

TEST_F(twinloop_test, that_crashes_says_how_to_crash_again) {
  const finished_program crashed = run("meets_a_crash");
  EXPECT_GE(crashed.status, 128);
  const std::string line = line_after(crashed.errors, "it does so again with\n  ");
  const std::size_t at = crashed.errors.find("TWINLOOP_SEED=");
  ASSERT_NE(at, std::string::npos) << crashed.errors;
  const std::string words = crashed.errors.substr(at, crashed.errors.find('\n', at) - at);
  EXPECT_HAS(words, "TWINLOOP_RUN=");
  EXPECT_GE(run_program(directory_.path(), words).status, 128);
}

TEST_F(twinloop_test, that_never_ends_is_aborted_and_says_how_to_get_there_again) {
  if (with_thread_sanitizer) GTEST_SKIP() << "ThreadSanitizer keeps signals from loops that call nothing";
  const finished_program looped = run("meets_an_endless_loop", "TWINLOOP_STALL=1");
  EXPECT_EQ(looped.status, 128 + SIGABRT);
  EXPECT_HAS(looped.errors, "no step was made in 1 s of CPU time, which is an endless loop");
  const std::size_t at = looped.errors.find("TWINLOOP_SEED=");
  ASSERT_NE(at, std::string::npos) << looped.errors;
  const std::string words = looped.errors.substr(at, looped.errors.find('\n', at) - at);
  const finished_program again = run_program(directory_.path(), "TWINLOOP_STALL=1 " + words);
  EXPECT_EQ(again.status, 128 + SIGABRT);
  EXPECT_HAS(again.errors, words);
}

TEST_F(twinloop_test, that_never_ends_is_aborted_also_between_two_runs_of_its_world) {
  if (with_thread_sanitizer) GTEST_SKIP() << "ThreadSanitizer keeps signals from loops that call nothing";
  const finished_program looped = run("loops_between_two_runs", "TWINLOOP_STALL=1");
  EXPECT_EQ(looped.status, 128 + SIGABRT);
  EXPECT_HAS(looped.errors, "no step was made in 1 s of CPU time, which is an endless loop");
}

TEST_F(twinloop_test, that_computes_for_long_in_many_runs_is_no_endless_loop) {
  EXPECT_EQ(run("computes_long_before_its_first_choice", "TWINLOOP_STALL=1").status, 0);
}

TEST_F(twinloop_test, that_never_ends_is_aborted_when_its_replay_file_is_run) {
  if (with_thread_sanitizer) GTEST_SKIP() << "ThreadSanitizer keeps signals from loops that call nothing";
  const finished_program failed = run("meets_an_endless_loop", "TWINLOOP_STALL=1 TWINLOOP_JOBS=1");
  EXPECT_EQ(failed.status, 1);
  const std::string replay = line_after(failed.output, "replay:  ");
  const finished_program again =
      run_program(directory_.path(), "TWINLOOP_STALL=1 " + replay.substr(replay.find("TWINLOOP_REPLAY=")));
  EXPECT_EQ(again.status, 128 + SIGABRT);
  EXPECT_HAS(again.errors, "no step was made in 1 s of CPU time, which is an endless loop");
}

TEST_F(twinloop_test, names_leaking_state) {
  const finished_program failed = run("meets_leaking_state");
  EXPECT_EQ(failed.status, 1);
  EXPECT_HAS(failed.output, "FAILED  state_leaks_between_runs");
}

TEST_F(twinloop_test, writes_replay_files_where_it_is_told_to) {
  std::filesystem::create_directory(directory_.file("files"));
  EXPECT_EQ(run("finds_a_failed_check", "TWINLOOP_REPLAY_DIR=files").status, 1);
  EXPECT_TRUE(std::filesystem::exists(directory_.file("files/macro.finds_a_failed_check-1.twin")));
}

TEST_F(twinloop_test, that_cannot_write_its_file_gives_seed_and_runs) {
  const finished_program failed = run("finds_a_failed_check", "TWINLOOP_REPLAY_DIR=/nonexistent");
  EXPECT_HAS(failed.output, "cannot write /nonexistent/");
  EXPECT_HAS(failed.output, "replay:  TWINLOOP_SEED=0x1 TWINLOOP_RUNS=");
}

TEST_F(twinloop_test, refuses_a_replay_file_that_cannot_be_used) {
  const finished_program failed = run("finds_a_failed_check", "TWINLOOP_REPLAY=missing.twin");
  EXPECT_EQ(failed.status, 1);
  EXPECT_HAS(failed.output, "TWINLOOP_REPLAY: cannot read missing.twin");
}

TEST_F(twinloop_test, refuses_variables_that_are_no_numbers) {
  const finished_program failed = run("of_a_sound_body_passes", "TWINLOOP_RUNS=many");
  EXPECT_EQ(failed.status, 1);
  EXPECT_HAS(failed.output, "TWINLOOP_RUNS=many: that is no number");
}

struct death {
  const char* test;
  const char* failure;
};
class in_workers : public twinloop_test, public ::testing::WithParamInterface<death> {};

TEST_P(in_workers, a_run_that_dies_fails_its_test_and_the_next_test_runs) {
  const auto& [test, failure] = GetParam();
  const finished_program failed = run(std::string(test) + ":macro.stands_last", "TWINLOOP_JOBS=2 TWINLOOP_STALL=1");
  EXPECT_EQ(failed.status, 1) << failed.output << failed.errors;
  EXPECT_HAS(failed.output, std::string("FAILED  ") + failure);
  EXPECT_HAS(failed.output, " from the natural order (of ");
  EXPECT_HAS(failed.output, "[       OK ] macro.stands_last");
  const std::string line = line_after(failed.output, "replay:  ");
  EXPECT_EQ(line.find(std::string("TWINLOOP_JOBS=1 TWINLOOP_REPLAY=macro.") + test + "-1.twin "), 0u) << line;
  const finished_program again = run_program(directory_.path(), "TWINLOOP_STALL=1 " + line);
  EXPECT_EQ(again.status, 1) << again.output << again.errors;
  EXPECT_HAS(again.output, std::string("FAILED  ") + failure);
  EXPECT_EQ(again.output.find("did not replay"), std::string::npos) << again.output;
}

INSTANTIATE_TEST_SUITE_P(twinloop_test, in_workers,
                         ::testing::Values(death{"meets_a_crash", "crash.SIGABRT"},
                                           death{"meets_a_segfault", segfault_name},
                                           death{"meets_an_endless_loop", "stalled"},
                                           death{"leaves_the_process", "crash.exit"}),
                         [](const auto& each) { return std::string(each.param.test); });

TEST_F(twinloop_test, finds_the_same_run_with_workers_as_without) {
  const finished_program alone = run("finds_a_failed_expectation");
  const finished_program workers = run("finds_a_failed_expectation", "TWINLOOP_JOBS=3");
  EXPECT_EQ(workers.status, 1);
  EXPECT_HAS(workers.output, "FAILED  expectation at macro_sample.cpp:");
  const std::string found = line_after(alone.output, "seed 0x1, run ");
  EXPECT_FALSE(found.empty()) << alone.output;
  EXPECT_EQ(line_after(workers.output, "seed 0x1, run ").find(found + ","), 0u) << "and then the time it took";
  EXPECT_EQ(run("of_a_sound_body_passes", "TWINLOOP_JOBS=3").status, 0);
}

TEST_F(twinloop_test, ends_when_its_budget_is_used_up) {
  for (const char* jobs : {"", "TWINLOOP_JOBS=2 "}) {
    // Without an end of its own: the 300 runs of the macro are not what limits here.
    EXPECT_EQ(run("of_a_sound_body_passes", std::string(jobs) + "TWINLOOP_BUDGET=1s").status, 0);
    EXPECT_EQ(run("finds_a_failed_check", std::string(jobs) + "TWINLOOP_BUDGET=2runs").status, 0) << "both natural";
  }
}

TEST_F(twinloop_test, refuses_workers_and_budgets_that_are_none) {
  EXPECT_HAS(run("of_a_sound_body_passes", "TWINLOOP_JOBS=0").output, "TWINLOOP_JOBS=0: write a number from 1 to");
  EXPECT_HAS(run("of_a_sound_body_passes", "TWINLOOP_BUDGET=5x").output, "TWINLOOP_BUDGET=5x: ");
}

}  // namespace
