// Goal: a test made with TWINLOOP_TEST searches, tells a failure with the line that replays it, and replays it.
// Method: runs the program testing_macro_sample, whose tests fail on purpose, and then the line that it printed.
#include <gtest/gtest.h>

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

}  // namespace
