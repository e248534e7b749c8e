// Goal: the commands of a scenario binary do what their help says, with the exit status and words that it promises.
// Method: runs the program testing_stories in a directory of its own, as a person would.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/testing/subprocess.hpp"
#include "tests/unit/testing/temporary_directory.hpp"

namespace {

using nlohmann::json;

class command_line : public ::testing::Test {
 protected:
  finished_program stories(const std::string& words) {
    return run_program(directory_.path(), std::string("'") + TWINLOOP_STORIES + "' " + words);
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(directory_.file(name)); }
  /// A replay file of the story, as explore writes it.
  std::string found(const std::string& story) {
    EXPECT_EQ(stories("explore " + story + " --stop-at-first --stall 0.3").status, 1);
    const std::string name = story + "-1.twin";
    EXPECT_TRUE(exists(name));
    return name;
  }
  temporary_directory directory_;
};

#define EXPECT_HAS(text, words) EXPECT_NE((text).find(words), std::string::npos) << "\n" << (text)

TEST_F(command_line, without_a_command_is_wrong_use) {
  EXPECT_EQ(stories("").status, 2);
  const finished_program unknown = stories("explor");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_HAS(unknown.errors, "there is no command \"explor\" (did you mean \"explore\"?)");
}

TEST_F(command_line, has_help_for_everything) {
  for (const char* words :
       {"--help", "list --help", "run --help", "explore --help", "replay --help", "shrink --help"}) {
    const finished_program help = stories(words);
    EXPECT_EQ(help.status, 0) << words;
    EXPECT_FALSE(help.output.empty()) << words;
  }
}

TEST_F(command_line, lists_scenarios_and_settings) {
  const finished_program list = stories("list");
  EXPECT_EQ(list.status, 0);
  EXPECT_HAS(list.output, "order                   breaks when b completes before a (buggy twin: expected to fail)\n");
  EXPECT_HAS(list.output, "--set bug=on    on or off\n");
  EXPECT_HAS(list.output, "--set note=any  any text\n");
  EXPECT_HAS(list.output, "--set size=4    a number from 2 to 8\n");
  const json order = json::parse(stories("list --json").output)["scenarios"][2];
  EXPECT_EQ(order["settings"]["size"], "4");
  EXPECT_EQ(order["allowed"]["size"], "a number from 2 to 8");
}

TEST_F(command_line, suggests_the_nearest_scenario) {
  const finished_program wrong = stories("run claen");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_HAS(wrong.errors, "there is no scenario \"claen\"; did you mean \"clean\"?");
  EXPECT_HAS(stories("run").errors, "which scenario?");
}

TEST_F(command_line, refuses_settings_that_the_scenario_does_not_know) {
  const finished_program wrong = stories("run order --set bugg=on");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_HAS(wrong.errors,
             "scenario \"order\" has no setting \"bugg\"; did you mean \"bug\"? (known: bug, note, size)");
  EXPECT_HAS(stories("run clean --set x=1").errors, "has no settings");
  EXPECT_HAS(stories("run order --set bug").errors, "write it as name=value");
}

TEST_F(command_line, refuses_numbers_and_kinds_that_are_none) {
  EXPECT_EQ(stories("explore clean --seed banana").status, 2);
  EXPECT_EQ(stories("explore clean --runs 0").status, 2);
  EXPECT_EQ(stories("explore clean --runs -5").status, 2);
  const finished_program kinds = stories("explore clean --kinds pick,crush");
  EXPECT_EQ(kinds.status, 2);
  EXPECT_HAS(kinds.errors, "did you mean \"crash\"?");
}

TEST_F(command_line, runs_once_in_natural_order) {
  const finished_program run = stories("run order");
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_HAS(run.output, "order: clean");
  EXPECT_HAS(run.output, ", 0 differ from the natural order");
}

TEST_F(command_line, shows_the_events_of_a_run) {
  const finished_program run = stories("run order --log");
  EXPECT_EQ(run.status, 0);
  EXPECT_HAS(run.output, "server/jobs starts");
}

TEST_F(command_line, explores_a_sound_scenario_and_says_it_is_clean) {
  const finished_program explore = stories("explore clean --runs 300");
  EXPECT_EQ(explore.status, 0) << explore.output << explore.errors;
  EXPECT_HAS(explore.output, "clean: clean; seed 0x1, 300 runs");
}

TEST_F(command_line, obeys_settings) {
  EXPECT_EQ(stories("explore order --runs 300 --set bug=off").status, 0);
  EXPECT_EQ(stories("explore order --runs 300 --set bug=on").status, 1);
}

TEST_F(command_line, explores_until_a_failure_and_tells_how_to_replay_it) {
  const finished_program explore = stories("explore order --stop-at-first");
  EXPECT_EQ(explore.status, 1);
  EXPECT_HAS(explore.output, "FAILED  order.a_comes_first");
  EXPECT_HAS(explore.output, "stories.cpp:");
  EXPECT_HAS(explore.output, "from the natural order (of ");
  EXPECT_HAS(explore.output, "replay order-1.twin");
  EXPECT_TRUE(exists("order-1.twin"));
}

TEST_F(command_line, replays_to_the_same_end_and_the_same_hash) {
  const finished_program replay = stories("replay " + found("order"));
  EXPECT_EQ(replay.status, 0) << replay.output << replay.errors;
  EXPECT_HAS(replay.output, "FAILED  order.a_comes_first");
  EXPECT_HAS(replay.output, "reproduced: the same end, the same trace hash");
}

TEST_F(command_line, runs_what_a_search_found_by_its_numbers) {
  const json found = json::parse(stories("explore order --json --stop-at-first").output);
  const std::uint64_t run = found["found"][0]["run"];
  const finished_program again = stories("run order --seed 1 --run " + std::to_string(run) + " --json");
  EXPECT_EQ(again.status, 1);
  EXPECT_EQ(json::parse(again.output)["failure"]["trace_hash"], found["found"][0]["trace_hash"]);
}

TEST_F(command_line, replays_a_crash_to_the_same_crash) {
  const finished_program replay = stories("replay " + found("calls_abort"));
  EXPECT_EQ(replay.status, 0) << replay.output << replay.errors;
  EXPECT_HAS(replay.output, "FAILED  crash.SIGABRT");
}

TEST_F(command_line, replays_in_its_own_process_for_debuggers) {
  EXPECT_EQ(stories("replay --in-process " + found("order")).status, 0);
  EXPECT_GE(stories("replay --in-process " + found("calls_abort")).status, 128);
}

TEST_F(command_line, tells_when_a_file_does_not_reproduce) {
  const std::string file = found("order");
  // The same choices for a scenario without the bug: the same program, another story.
  const finished_program clean = stories("run clean --seed 1 --run 7 -o clean.twin");
  ASSERT_EQ(clean.status, 0) << clean.errors;
  EXPECT_EQ(stories("replay clean.twin").status, 0) << "a clean run can be recorded and replayed too";
  const finished_program no_bug = stories("run order --set bug=off --seed 1 --run 7 -o off.twin");
  ASSERT_EQ(no_bug.status, 0);
  EXPECT_HAS(stories("shrink off.twin").errors, "is the record of a clean run");
}

TEST_F(command_line, explains_files_that_cannot_be_used) {
  const std::string file = found("order");
  EXPECT_EQ(stories("replay missing.twin").status, 2);
  EXPECT_HAS(stories("replay missing.twin").errors, "cannot read missing.twin: No such file");
  ASSERT_EQ(run_program(directory_.path(),
                        "head -c 400 " + file + " > cut.twin; sed s/order/other/ " + file + " > altered.twin")
                .status,
            0);
  EXPECT_HAS(stories("replay cut.twin").errors, "was cut off");
  EXPECT_EQ(stories("replay cut.twin").status, 2);
  EXPECT_HAS(stories("replay altered.twin").errors, "was altered");
  EXPECT_EQ(stories("shrink altered.twin").status, 2);
}

TEST_F(command_line, refuses_files_of_another_program) {
  const std::string file = found("order");
  std::filesystem::create_symlink(TWINLOOP_STORIES, directory_.file("other_program"));
  const finished_program other = run_program(directory_.path(), "./other_program replay " + file);
  EXPECT_EQ(other.status, 2);
  EXPECT_HAS(other.errors, "was recorded by the program \"testing_stories\", and this is \"other_program\"");
  EXPECT_EQ(run_program(directory_.path(), "./other_program replay --lenient " + file).status, 0);
}

TEST_F(command_line, replays_leniently_to_the_same_trace_while_the_program_is_the_same) {
  const std::string file = found("two_deviations");
  const json strict = json::parse(stories("replay --json " + file).output);
  const json lenient = json::parse(stories("replay --lenient --json " + file).output);
  EXPECT_EQ(lenient["trace_hash"], strict["trace_hash"]);
}

TEST_F(command_line, shrinks_a_file_beside_the_original) {
  const finished_program shrink = stories("shrink " + found("two_deviations"));
  EXPECT_EQ(shrink.status, 0) << shrink.output << shrink.errors;
  EXPECT_HAS(shrink.output, "2 choices differ from the natural order");
  ASSERT_TRUE(exists("two_deviations-1.min.twin"));
  EXPECT_EQ(stories("replay two_deviations-1.min.twin").status, 0);
}

TEST_F(command_line, explores_and_shrinks_at_once) {
  const finished_program explore = stories("explore two_deviations --shrink --stop-at-first");
  EXPECT_EQ(explore.status, 1);
  EXPECT_HAS(explore.output, "2 choices differ from the natural order");
  EXPECT_HAS(explore.output, "replay two_deviations-1.min.twin");
}

TEST_F(command_line, gives_lines_to_paste_where_paths_have_spaces) {
  const std::string directory = directory_.path();
  const std::string program = "'my programs/it'\\''s stories'";
  ASSERT_EQ(run_program(directory, "mkdir 'my programs' && ln -s '" TWINLOOP_STORIES "' " + program).status, 0);
  const finished_program explore = run_program(directory, program + " explore order --stop-at-first -o 'a run.twin'");
  EXPECT_EQ(explore.status, 1);
  for (const std::string words : {"replay:  ", "shrink:  "}) {
    const std::size_t at = explore.output.find(words);
    ASSERT_NE(at, std::string::npos) << explore.output;
    const std::size_t begin = at + words.size();
    const std::string line = explore.output.substr(begin, explore.output.find('\n', begin) - begin);
    const finished_program again = run_program(directory, line);
    EXPECT_EQ(again.status, 0) << line << "\n" << again.errors;
    EXPECT_HAS(again.output, "FAILED  order.a_comes_first");
  }
}

TEST_F(command_line, reports_a_failure_although_its_file_cannot_be_written) {
  const finished_program explore = stories("explore order -o /nonexistent/x.twin --stop-at-first");
  EXPECT_EQ(explore.status, 1);
  EXPECT_HAS(explore.errors, "cannot write /nonexistent/x.twin");
  EXPECT_HAS(explore.output, "run order --seed 0x1 --run ");
}

TEST_F(command_line, prints_one_json_object_and_nothing_else) {
  const std::string file = found("order");
  for (const std::string words :
       {"list --json", "run order --json", "explore order --stop-at-first --json", "explore clean --runs 50 --json",
        "replay order-1.twin --json", "shrink order-1.twin --json"}) {
    const finished_program program = stories(words);
    EXPECT_TRUE(json::accept(program.output)) << words << "\n" << program.output;
    EXPECT_EQ(program.errors, "") << words;
  }
  EXPECT_TRUE(json::parse(stories("replay order-1.twin --json").output)["reproduced"].get<bool>());
  EXPECT_HAS(json::parse(stories("run nothing --json").output)["error"].get<std::string>(), "there is no scenario");
}

TEST_F(command_line, needs_no_scenario_name_where_there_is_one) {
  const finished_program run = run_program(directory_.path(), std::string("'") + TWINLOOP_ONE_STORY + "' run");
  EXPECT_EQ(run.status, 0) << run.errors;
  EXPECT_HAS(run.output, "clean: clean");
}

TEST_F(command_line, names_leaking_state_and_how_to_see_it_again) {
  const finished_program explore = stories("explore leaks_into_the_outcome --stop-at-first");
  EXPECT_EQ(explore.status, 1);
  EXPECT_HAS(explore.output, "FAILED  state_leaks_between_runs");
  EXPECT_HAS(explore.output, "explore leaks_into_the_outcome --seed 0x1 --jobs 1 --runs ");
  EXPECT_FALSE(exists("leaks_into_the_outcome-1.twin"));
}

}  // namespace
