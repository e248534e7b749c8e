// Goal: long searches from the command line: interrupted, resumed, split, merged, with damaged results.
// Method: runs the program testing_failures in a directory of its own, as a person or a script would.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/unit/testing/subprocess.hpp"
#include "tests/unit/testing/temporary_directory.hpp"

namespace {

using nlohmann::json;

class search_commands : public ::testing::Test {
 protected:
  finished_program failures(const std::string& words) {
    return run_program(directory_.path(), std::string("'") + TWINLOOP_FAILURES + "' " + words);
  }
  json parsed(const std::string& words) { return json::parse(failures(words + " --json").output); }
  /// The only file of results in a directory.
  std::string results_in(const std::string& directory) {
    std::string found;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.file(directory))) {
      if (entry.path().extension() == ".json") found = entry.path().string();
    }
    EXPECT_FALSE(found.empty());
    return found;
  }
  std::string content(const std::string& path) {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  temporary_directory directory_;
};

#define EXPECT_HAS(text, words) EXPECT_NE((text).find(words), std::string::npos) << "\n" << (text)

/// What must not depend on how a search was split.
json essence(const json& summary) {
  json all = {{"runs", summary["runs"]}, {"failing_runs", summary["failing_runs"]}, {"choices", summary["choices"]}};
  for (const json& each : summary["failures"]) {
    all["failures"].push_back({each["name"], each["site"], each["count"], each["run"], each["trace_hash"]});
  }
  return all;
}

TEST_F(search_commands, go_on_past_failures_and_write_a_replay_file_for_each) {
  const json done = parsed("explore several --runs 400 --results kept");
  EXPECT_EQ(done["found"].size(), 4u);
  EXPECT_EQ(done["runs"], 400);
  for (const json& each : done["found"]) {
    EXPECT_TRUE(each["confirmed"].get<bool>());
    const finished_program replay = failures("replay " + each["file"].get<std::string>());
    EXPECT_EQ(replay.status, 0) << replay.output << replay.errors;
  }
}

TEST_F(search_commands, resume_where_the_results_end) {
  EXPECT_EQ(failures("explore several --runs 150 --results kept").status, 1);
  const json rest = parsed("explore several --budget 400runs --results kept");
  EXPECT_EQ(rest["runs"], 250);
  const json whole = parsed("explore several --runs 400 --results whole");
  EXPECT_EQ(essence(rest["results"]["summary"]), essence(whole["results"]["summary"]));
  const finished_program again = failures("explore several --runs 400 --results kept");
  EXPECT_EQ(again.status, 1) << "the failures are still there";
  EXPECT_HAS(again.output, "nothing left to do");
}

TEST_F(search_commands, split_in_shards_and_merged_are_the_whole_search) {
  for (const char* part : {"1", "2", "3"}) {
    EXPECT_EQ(
        failures(std::string("explore several --runs 400 --results part") + part + " --shard " + part + "/3").status,
        1);
  }
  const json merged = parsed("merge part1 part2 part3 --into all");
  const json whole = parsed("explore several --runs 400 --results whole");
  EXPECT_EQ(essence(merged["results"][0]["summary"]), essence(whole["results"]["summary"]));
  const json twice = parsed("merge part2 --into all");
  EXPECT_EQ(essence(twice["results"][0]["summary"]), essence(whole["results"]["summary"]));
  const json more = parsed("explore several --runs 450 --results all");
  EXPECT_EQ(more["runs"], 50) << "a merged search can be gone on with";
  for (const json& each : merged["results"][0]["summary"]["failures"]) {
    EXPECT_TRUE(std::filesystem::exists(directory_.file("all/" + each["file"].get<std::string>())));
  }
}

TEST_F(search_commands, refuse_damaged_results_and_leave_them_alone) {
  ASSERT_EQ(failures("explore check --runs 60 --results kept").status, 1);
  const std::string path = results_in("kept");
  const std::string damaged = content(path).substr(0, 300);
  std::ofstream(path) << damaged;
  const finished_program explore = failures("explore check --runs 90 --results kept");
  EXPECT_EQ(explore.status, 2);
  EXPECT_HAS(explore.errors, "was cut off; restore it from a copy or move it away");
  const finished_program merge = failures("merge kept --into other");
  EXPECT_EQ(merge.status, 2);
  EXPECT_HAS(merge.errors, "was cut off");
  EXPECT_EQ(content(path), damaged);
  EXPECT_FALSE(std::filesystem::exists(directory_.file("other")));
}

TEST_F(search_commands, refuse_results_of_other_programs_and_other_files) {
  ASSERT_EQ(failures("explore check --runs 60 --results kept").status, 1);
  std::filesystem::create_symlink(TWINLOOP_FAILURES, directory_.file("other_program"));
  const finished_program other = run_program(directory_.path(), "./other_program merge kept --into all");
  EXPECT_EQ(other.status, 2);
  EXPECT_HAS(other.errors, "holds results of the program \"testing_failures\", and this is \"other_program\"");
  std::ofstream(directory_.file("kept/package.json")) << "{}";
  EXPECT_HAS(failures("merge kept --into all").errors, "package.json is no file of results");
  EXPECT_HAS(failures("merge nowhere --into all").errors, "cannot read the directory nowhere");
}

TEST_F(search_commands, refuse_wrong_use_with_a_sentence) {
  EXPECT_HAS(failures("explore check --budget 5x").errors, "write it as 30s, 5m, 2h or 10000runs");
  EXPECT_HAS(failures("explore check --strategy random_wlk").errors, "did you mean \"random_walk\"?");
  EXPECT_HAS(failures("run check --strategy dpor").errors, "is a search of explore only");
  EXPECT_HAS(failures("explore check --shard 5/4").errors, "write it as I/N");
  EXPECT_HAS(failures("explore check --results a --output b").errors, "give only one of the two");
  EXPECT_EQ(failures("explore check --jobs 0").status, 2);
  EXPECT_HAS(failures("explore check --runs 0").errors, "--runs: \"0\" is no number above 0");
  std::ofstream(directory_.file("file")) << "x";
  EXPECT_HAS(failures("explore check --results file").errors, "cannot make the directory file");
}

/// Everything that coverage tells but when it was printed.
TEST_F(search_commands, see_the_same_coverage_however_they_are_split) {
  const json whole = parsed("explore clean --runs 600 --jobs 1 --results whole")["results"]["summary"]["coverage"];
  EXPECT_EQ(whole["runs"], 600);
  EXPECT_EQ(whole["duplicates"], 600 - whole["classes"].get<int>());
  EXPECT_GT(whole["order_pairs"], 0);
  EXPECT_GE(whole["order_pairs"], whole["order_pairs_both"]);
  EXPECT_EQ(parsed("explore clean --runs 600 --jobs 3 --results jobs")["results"]["summary"]["coverage"], whole);
  parsed("explore clean --runs 250 --jobs 2 --results resumed");
  EXPECT_EQ(parsed("explore clean --runs 600 --jobs 2 --results resumed")["results"]["summary"]["coverage"], whole);
  for (const std::string part : {"2", "1", "3"}) {
    const json of_part = parsed("explore clean --runs 600 --results p" + part + " --shard " + part + "/3");
    EXPECT_LE(of_part["coverage"]["classes"], whole["classes"]);
  }
  EXPECT_EQ(parsed("merge p2 p1 p3 --into all")["results"][0]["summary"]["coverage"], whole);
  EXPECT_EQ(parsed("merge p1 --into all")["results"][0]["summary"]["coverage"], whole);
}

TEST_F(search_commands, tell_coverage_in_words_and_as_junit) {
  const finished_program done = failures("explore clean --runs 300 --results kept");
  EXPECT_HAS(done.output, " trace classes, ");
  EXPECT_HAS(done.output, " order pairs seen, ");
  const std::string json_file = results_in("kept");
  EXPECT_HAS(content(json_file.substr(0, json_file.size() - 5) + ".xml"), "name=\"trace_classes\"");
}

TEST_F(search_commands, end_when_they_are_saturated) {
  const json done = parsed("explore clean --until-saturated=200 --jobs 1");
  EXPECT_TRUE(done["ended_saturated"].get<bool>());
  EXPECT_FALSE(done["interrupted"].get<bool>());
  EXPECT_GE(done["runs"], 200) << "what was under way when it ended may have been new again";
  EXPECT_FALSE(parsed("explore clean --until-saturated=200 --runs 100")["ended_saturated"].get<bool>());
  EXPECT_HAS(failures("explore clean --until-saturated --no-coverage").errors, "give only one of the two");
  EXPECT_EQ(parsed("explore clean --runs 100 --no-coverage")["coverage"]["classes"], 0);
}

/// A search without end, interrupted once it has saved something or has run for a moment.
finished_program interrupted(const std::string& directory, const std::string& words, const char* signal) {
  const std::string program = std::string("'") + TWINLOOP_FAILURES + "' " + words;
  return run_program(directory, program +
                                    " & search=$!; until [ -e results/.started ] || [ $((n += 1)) -gt 3000 ]; do " +
                                    "[ \"$(ls results 2>/dev/null)\" ] && touch results/.started; sleep 0.01; done; " +
                                    "kill -" + signal + " $search; wait $search");
}

TEST_F(search_commands, interrupted_sum_up_keep_their_results_and_say_so_by_their_status) {
  for (const char* signal : {"INT", "TERM"}) {
    std::filesystem::remove_all(directory_.file("results"));
    // A shell without job control ignores Ctrl-C for what it starts in the background.
    const finished_program clean =
        interrupted(directory_.path(), "explore clean --budget 60s --results results", signal);
    EXPECT_EQ(clean.status, 3) << clean.output << clean.errors;
    EXPECT_HAS(clean.output, "interrupted before its budget was used up");
    EXPECT_TRUE(json::parse(content(results_in("results")))["summary"]["failures"].empty());
  }
  std::filesystem::remove_all(directory_.file("results"));
  const finished_program found = interrupted(directory_.path(), "explore check --budget 60s --results results", "INT");
  EXPECT_TRUE(found.status == 1 || found.status == 3) << found.output << found.errors;
}

/// A search without end in a process group of its own, to whose every process a signal is sent; `which` are shell words
/// that name whom it is sent to, where $search is the search.
finished_program told(const std::string& directory, const std::string& words, const std::string& signalling) {
  return run_program(
      directory,
      std::string(
          "child() { read -r first rest 2>/dev/null </proc/$search/task/$search/children; echo $first; }; setsid '") +
          TWINLOOP_FAILURES + "' " + words + " & search=$!; until worker=$(child) && [ \"$worker\" ]; " +
          "do :; done; " + signalling + "; wait $search");
}

// timeout(1), parallel and batch systems end a job by telling all of its processes, some of them twice.
TEST_F(search_commands, whose_whole_group_is_told_to_end_find_nothing_in_that) {
  for (const std::string twice : {"", "; kill -TERM $search"}) {
    const finished_program clean =
        told(directory_.path(), "explore clean --budget 60s --results results --jobs 2", "kill -TERM -$search" + twice);
    EXPECT_EQ(clean.status, 3) << clean.output << clean.errors;
    EXPECT_HAS(clean.output, "interrupted before its budget was used up");
    EXPECT_TRUE(json::parse(content(results_in("results")))["summary"]["failures"].empty());
    std::filesystem::remove_all(directory_.file("results"));
  }
}

// One that has searched for a while: the first ones only learn, and what they do is done again without a word.
TEST_F(search_commands, whose_worker_is_killed_go_on_and_say_so) {
  const finished_program clean =
      told(directory_.path(), "explore clean --runs 300000 --jobs 1",
           "until [ \"$(cut -d' ' -f14 /proc/$worker/stat)\" -gt 10 ]; do worker=$(child); done 2>/dev/null; "
           "kill -KILL $worker");
  EXPECT_EQ(clean.status, 0) << clean.output << clean.errors;
  EXPECT_HAS(clean.output, "300 000 runs");
  EXPECT_HAS(clean.output, "1 worker was killed from outside, which is no failure");
}

TEST_F(search_commands, shrink_an_endless_loop_with_the_patience_they_have_by_default) {
  ASSERT_EQ(failures("explore endless_loop --stall 1 --stop-at-first").status, 1);
  const finished_program shrunk = failures("shrink endless_loop-1.twin");
  EXPECT_EQ(shrunk.status, 0) << shrunk.output << shrunk.errors;
  int before = 0, after = 0;  // how far it gets depends on the machine; that it gets on does not
  const std::size_t told = shrunk.output.find("shrunk: ");
  ASSERT_NE(told, std::string::npos) << shrunk.output;
  ASSERT_EQ(std::sscanf(shrunk.output.c_str() + told, "shrunk: %d -> %d deviation", &before, &after), 2);
  EXPECT_LT(after, before);
}

TEST_F(search_commands, stop_at_the_first_failure_if_asked) {
  const json done = parsed("explore several --runs 5000 --stop-at-first --jobs 2");
  EXPECT_EQ(done["found"].size(), 1u);
  EXPECT_LT(done["runs"], 5000);
}

TEST_F(search_commands, take_the_strategy_that_is_named) {
  EXPECT_EQ(failures("explore check --runs 200 --strategy natural").status, 0) << "b never comes first by itself";
  const json walk = parsed("explore check --runs 200 --strategy random_walk");
  EXPECT_EQ(walk["strategy"], "random_walk");
  EXPECT_EQ(walk["found"].size(), 1u);
}

TEST_F(search_commands, with_a_process_for_each_run_find_no_leaking_state) {
  EXPECT_EQ(failures("explore leaking_state --runs 60 --isolate=run").status, 0);
  EXPECT_EQ(failures("explore leaking_state --runs 60 --jobs 1").status, 1);
}

}  // namespace
