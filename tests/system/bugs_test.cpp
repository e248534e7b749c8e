// Goal: every command of the `bugs` binary works on its rows.
// Method: the binary as a user calls it, by exit status and what is printed; what the rows do stands in
// tests/unit/bugs.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/system/program.hpp"
#include "tests/system/scratch.hpp"

namespace system_test {
namespace {

TEST(bugs, lists_both_twins_of_a_row_with_their_dials) {
  finished listed = run({BUGS, "list"});
  EXPECT_EQ(listed.status, 0) << listed.errors;
  for (const char* word :
       {"B01 ", "B01.fixed", "B31.fixed", "clients=", "noise_chains=", "noise_length=", "latency="}) {
    EXPECT_NE(listed.output.find(word), std::string::npos) << word << " is missing in\n" << listed.output;
  }
}

TEST(bugs, a_row_is_found_shrunk_and_replayed) {
  scratch_directory directory;
  const std::string found = directory.path() + "/found.twin";
  const std::string small = directory.path() + "/small.twin";
  finished explored = run({BUGS, "explore", "B09", "--runs", "2000", "--output", found});
  EXPECT_EQ(explored.status, 1) << explored.output << explored.errors;
  EXPECT_NE(explored.output.find("B09.newest_result_is_shown"), std::string::npos) << explored.output;
  finished shrunk = run({BUGS, "shrink", found, "--output", small});
  EXPECT_EQ(shrunk.status, 0) << shrunk.output << shrunk.errors;
  for (const std::string& file : {found, small}) {
    finished again = run({BUGS, "replay", file});
    EXPECT_EQ(again.status, 0) << again.output << again.errors;
    EXPECT_NE(again.output.find("B09.newest_result_is_shown"), std::string::npos) << again.output;
  }
}

TEST(bugs, a_dial_makes_a_row_larger_and_a_fixed_twin_stays_clean) {
  finished done = run({BUGS, "explore", "B06.fixed", "--runs", "300", "--set", "clients=4", "--set", "noise_chains=3",
                       "--set", "latency=spread"});
  EXPECT_EQ(done.status, 0) << done.output << done.errors;
}

}  // namespace
}  // namespace system_test
