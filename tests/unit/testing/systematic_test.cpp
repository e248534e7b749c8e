// Goal: explore --strategy dpor and dfs find what there is, and say truly whether anything was left.
// Method: runs the program testing_failures; the numbers of classes follow from what its stories share.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/testing/subprocess.hpp"
#include "tests/unit/testing/temporary_directory.hpp"

namespace {

using nlohmann::json;

#define EXPECT_HAS(text, words) EXPECT_NE((text).find(words), std::string::npos) << "\n" << (text)

class systematic_commands : public ::testing::Test {
 protected:
  finished_program failures(const std::string& words) {
    return run_program(directory_.path(), std::string("'") + TWINLOOP_FAILURES + "' " + words);
  }
  json parsed(const std::string& words) { return json::parse(failures(words + " --json").output); }
  temporary_directory directory_;
};

TEST_F(systematic_commands, find_the_wrong_order_and_write_a_file_that_replays_it) {
  for (const char* how : {"dpor", "dfs"}) {
    const json done = parsed(std::string("explore check --strategy ") + how);
    ASSERT_EQ(done["found"].size(), 1u) << done;
    EXPECT_TRUE(done["found"][0]["confirmed"].get<bool>());
    EXPECT_FALSE(done["complete"].get<bool>());
    const finished_program replay = failures("replay " + done["found"][0]["file"].get<std::string>());
    EXPECT_EQ(replay.status, 0) << replay.output << replay.errors;
  }
}

TEST_F(systematic_commands, end_when_every_class_was_run) {
  const json jobs = parsed("explore three_jobs --strategy dpor");
  // Jobs start in the order in which they were queued, and each ends after its start: a tree of six steps in which each
  // start leads to the rest. Its orders, by the hook length formula: 6! / (6 * 4 * 2).
  EXPECT_EQ(jobs["classes"], 15);
  EXPECT_TRUE(jobs["complete"].get<bool>());
  EXPECT_EQ(parsed("explore three_jobs --strategy dfs")["classes"], 15);
  const json apart = parsed("explore apart --strategy dpor");
  EXPECT_EQ(apart["classes"], 1) << "nothing conflicts";
  EXPECT_TRUE(apart["complete"].get<bool>());
  const finished_program said = failures("explore three_jobs --strategy dpor");
  EXPECT_EQ(said.status, 0);
  EXPECT_HAS(said.output,
             "all 15 classes were run: no failure in any order of these choices, as far as callbacks declare");
  EXPECT_HAS(said.output, "always natural were batch,defer,");
}

TEST_F(systematic_commands, keep_the_choices_of_a_run_that_died) {
  for (const char* story : {"segfault", "exits"}) {
    const finished_program found = failures(std::string("explore --strategy dpor -o died.twin ") + story);
    EXPECT_EQ(found.status, 1) << found.output << found.errors;
    EXPECT_HAS(found.output, "ended at its first failure");
    EXPECT_EQ(failures("replay died.twin").status, 0);
  }
}

TEST_F(systematic_commands, say_when_the_budget_was_used_up) {
  const finished_program cut = failures("explore three_jobs --strategy dpor --runs 2");
  EXPECT_EQ(cut.status, 0);
  EXPECT_HAS(cut.output, "budget used up after 2 runs: not complete");
  EXPECT_FALSE(parsed("explore three_jobs --strategy dfs --budget 2runs")["complete"].get<bool>());
}

TEST_F(systematic_commands, make_what_they_find_small_if_asked) {
  const json done = parsed("explore check --strategy dfs --shrink -o wrong.twin");
  ASSERT_EQ(done["found"].size(), 1u) << done;
  const auto file = done["found"][0]["file"].get<std::string>();
  EXPECT_EQ(std::filesystem::path(file).filename(), "wrong.min.twin");
  const finished_program replay = failures("replay wrong.min.twin");
  EXPECT_HAS(replay.output, "1 choice differs from the natural order");
  EXPECT_EQ(replay.status, 0) << replay.output << replay.errors;
}

TEST_F(systematic_commands, sum_up_when_they_are_interrupted) {
  for (const char* how : {"dpor", "dfs"}) {
    // Once there is a worker, Ctrl-C is heard. A shell without job control ignores it for what it starts in the
    // background, so the search gets the signal by its number.
    const finished_program cut =
        run_program(directory_.path(),
                    std::string("'") + TWINLOOP_FAILURES + "' explore eight_jobs --budget 10m --strategy " + how +
                        " & search=$!; until [ \"$(cat /proc/$search/task/$search/children 2>&1)\" ]; do " +
                        "sleep 0.01; done; kill -INT $search; wait $search");
    EXPECT_EQ(cut.status, 3) << cut.output << cut.errors;
    EXPECT_HAS(cut.output, "interrupted after ");
    EXPECT_HAS(cut.output, ": not complete");
  }
}

TEST_F(systematic_commands, refuse_what_is_for_samples) {
  for (const char* option : {"--jobs 2", "--shard 1/2", "--results kept", "--isolate=run", "--until-saturated",
                             "--no-coverage", "--max-failures 3", "--keep-going"}) {
    const finished_program refused = failures(std::string("explore check --strategy dpor ") + option);
    EXPECT_EQ(refused.status, 2) << option;
    EXPECT_HAS(refused.errors, " and --strategy dpor: ");
  }
}

}  // namespace
