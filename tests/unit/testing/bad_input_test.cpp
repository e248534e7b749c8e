// Goal: what a scenario binary cannot use is refused with exit status 2 and a sentence, and never taken for something
// else. Method: runs the program testing_stories in a directory of its own, as a person would.
#include <gtest/gtest.h>

#include "tests/unit/testing/subprocess.hpp"
#include "tests/unit/testing/temporary_directory.hpp"
#include "twinloop/testing.hpp"

namespace {

class bad_input : public ::testing::Test {
 protected:
  finished_program shell(const std::string& command) { return run_program(directory_.path(), command); }
  finished_program stories(const std::string& words) { return shell(stories_ + " " + words); }
  /// Expects it to be refused with these words among others.
  void refuses(const std::string& words, const std::string& why) {
    const finished_program refused = stories(words);
    EXPECT_EQ(refused.status, 2) << words << "\n" << refused.output;
    EXPECT_NE(refused.errors.find(why), std::string::npos) << words << "\n" << refused.errors;
    EXPECT_EQ(refused.errors.find("terminate"), std::string::npos) << refused.errors;
  }
  const std::string stories_ = "'" TWINLOOP_STORIES "'";
  temporary_directory directory_;
};

TEST_F(bad_input, of_settings_names_setting_value_and_what_is_allowed) {
  for (const std::string command : {"run", "explore"}) {
    refuses(command + " order --set size=abc",
            "setting \"size\" of scenario \"order\" cannot be \"abc\": it takes a number from 2 to 8");
    refuses(command + " order --set bug=onn", "cannot be \"onn\": it takes on or off; did you mean \"on\"?");
  }
  for (const std::string value : {"1", "9", "-5", "4x", ""}) refuses("run order --set size=" + value, "it takes");
  EXPECT_EQ(stories("run order --set size=2 --set bug=off --set note=").status, 0);
}

TEST_F(bad_input, of_settings_in_a_replay_file_names_the_file) {
  ASSERT_EQ(stories("run order -o order.twin").status, 0);
  const std::string path = directory_.file("order.twin");
  std::string error;
  auto file = twinloop::testing::replay_file::load(path, error);
  ASSERT_TRUE(file) << error;
  file->settings["size"] = "9";
  ASSERT_EQ(file->save(path), std::nullopt);
  for (const std::string command : {"replay", "replay --lenient", "shrink", "explain"}) {
    refuses(command + " order.twin",
            "order.twin cannot be used: setting \"size\" of scenario \"order\" cannot be \"9\"");
  }
}

TEST_F(bad_input, of_numbers_beyond_their_range_is_not_clamped) {
  const std::string beyond = "99999999999999999999";
  refuses("run clean --run " + beyond, "\"" + beyond + "\" is no number below 2^64 (decimal, or hex after 0x)");
  refuses("run clean --run -1", "is no number below");
  refuses("run clean --seed " + beyond, "is no number");
  for (const std::string option : {"--runs", "--jobs", "--until-saturated", "--max-failures"}) {
    refuses("explore clean " + option + "=" + beyond, "is no number ");
  }
  refuses("explore clean --runs 0", "\"0\" is no number above 0 and below 2^64");
  refuses("explore clean --jobs 99999999999", "--jobs");
}

TEST_F(bad_input, numbers_are_decimal_or_hex_and_never_octal) {
  const std::string ten = stories("run order --run 10 --json").output;
  EXPECT_NE(ten, stories("run order --run 8 --json").output);
  EXPECT_EQ(ten, stories("run order --run 010 --json").output);
  EXPECT_EQ(ten, stories("run order --run 0xa --json").output);
}

TEST_F(bad_input, of_reserved_kinds_says_that_nothing_asks_them) {
  for (const std::string kind : {"net_fault", "exhaust", "clock", "signal"}) {
    refuses("explore clean --runs 10 --kinds pick," + kind,
            "--kinds: " + kind + " is reserved: no world asks choices of that kind yet (there are: all, pick, batch,");
  }
  const std::string errors = stories("explore clean --kinds clock").errors;
  EXPECT_EQ(errors.find("exhaust"), std::string::npos) << "is not among those there are\n" << errors;
  EXPECT_EQ(stories("explore clean --runs 10 --kinds pick,crash").status, 0);
  EXPECT_EQ(stories("explore clean --runs 10 --kinds all").status, 0);
}

TEST_F(bad_input, output_that_cannot_be_written_is_an_error) {
  for (const std::string words : {"list", "list --json", "--help", "run --help", "run clean", "run clean --json",
                                  "explore clean --runs 20", "explore clean --runs 20 --json"}) {
    refuses(words + " >/dev/full", "cannot write to standard output: No space left on device");
  }
  refuses("run nothing --json >/dev/full", "there is no scenario \"nothing\"");
  refuses("list >&-", "cannot write to standard output: Bad file descriptor");
}

TEST_F(bad_input, output_that_cannot_be_written_costs_no_finding) {
  refuses("explore order --stop-at-first >/dev/full", "cannot write to standard output");
  EXPECT_EQ(stories("replay order-1.twin").status, 0);
}

TEST_F(bad_input, files_without_an_end_are_not_read) {
  for (const std::string command : {"replay", "shrink", "explain"}) {
    refuses(command + " /dev/zero", "cannot read /dev/zero: it is neither a regular file nor a pipe");
  }
  refuses("replay .", "cannot read .: Is a directory");
}

TEST_F(bad_input, files_are_read_up_to_a_limit) {
  ASSERT_EQ(shell("truncate -s 268435457 large.twin").status, 0);
  refuses("replay large.twin", "cannot read large.twin: it is larger than 268435456 bytes");
  const finished_program pipe = shell("head -c 268435457 /dev/zero | " + stories_ + " replay /dev/stdin");
  EXPECT_EQ(pipe.status, 2);
  EXPECT_NE(pipe.errors.find("it is larger than 268435456 bytes"), std::string::npos) << pipe.errors;
}

TEST_F(bad_input, a_replay_file_may_come_through_a_pipe) {
  ASSERT_EQ(stories("run order -o order.twin").status, 0);
  const finished_program piped = shell("cat order.twin | " + stories_ + " replay /dev/stdin");
  EXPECT_EQ(piped.status, 0) << piped.errors;
}

}  // namespace
