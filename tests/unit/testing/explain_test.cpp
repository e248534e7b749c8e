// Goal: an explanation says what is true of the run: which choices matter, which pair of callbacks races, what each
// order does, and how sure that is.
// Method: stories whose cause is known; the command as a person or a script calls it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/testing/explain.hpp"
#include "sim/testing/explanation.hpp"
#include "sim/testing/explore.hpp"
#include "sim/testing/regression_test.hpp"
#include "sim/testing/report.hpp"
#include "tests/unit/testing/stories.hpp"
#include "tests/unit/testing/subprocess.hpp"
#include "tests/unit/testing/temporary_directory.hpp"

namespace {

using namespace twinloop::testing;
namespace sim = twinloop::sim;
using nlohmann::json;

#define EXPECT_HAS(text, words) EXPECT_NE((text).find(words), std::string::npos) << "\n" << (text)

explanation explain_bug(const std::string& story, std::uint64_t seed = 1, std::uint64_t patience = 200) {
  shared_memory memory;
  const subject what = stories::subject(story);
  explore_options search;
  search.seed = seed;
  search.stall = std::chrono::milliseconds(300);
  const exploration done = explore(memory, what, search);
  EXPECT_EQ(done.found.size(), 1u);
  if (done.found.empty()) return {};
  const run_result& met = done.found.front().seen.result;
  shrink_options options;
  options.stall = std::chrono::milliseconds(300);
  options.seconds = 120;  // so that a busy machine shrinks as far as an idle one
  options.patience = patience;
  explanation why = explain(memory, what, seed, met.choices, met, options);
  EXPECT_FALSE(why.problem) << *why.problem;
  return why;
}

std::string name_of(const explanation& why, std::uint64_t identity) { return short_name(why.race->clean, identity); }

class explained_seeds : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(explanation, explained_seeds, ::testing::Range<std::uint64_t>(1, 6));

TEST_P(explained_seeds, name_the_two_jobs_that_race) {
  const explanation why = explain_bug("order", GetParam());
  ASSERT_TRUE(why.race);
  EXPECT_FALSE(failing(why.race->clean.result));
  EXPECT_EQ(why.race->deviation, 0u);
  EXPECT_LT(why.race->smaller.value, 16u);
  const std::string pair =
      name_of(why, why.race->pair.first.identity) + ", " + name_of(why, why.race->pair.second.identity);
  EXPECT_HAS(pair, "server/jobs/a") << "the check is that a comes before b";
  EXPECT_EQ(why.sure.identical, 5u);
  EXPECT_EQ(why.sure.needless, 0u);
  EXPECT_EQ(why.sure.without, std::vector<std::string>{"clean"});
  EXPECT_GE(why.sure.fail_with, why.sure.fail_without);
  EXPECT_TRUE(why.list_suffices);
}

TEST(explanation, of_two_deviations_tells_what_each_is_needed_for) {
  const explanation why = explain_bug("two_deviations");
  ASSERT_EQ(why.sure.without.size(), why.shrunk.best.result.deviations);
  for (const std::string& outcome : why.sure.without) EXPECT_EQ(outcome, "clean");
  ASSERT_TRUE(why.race);
  EXPECT_HAS(explanation_text(why), "A then B");
  EXPECT_HAS(explanation_text(why), "order.two_at_once");
}

TEST(explanation, of_a_crash_is_like_any_other) {
  const explanation why = explain_bug("calls_abort");
  ASSERT_TRUE(why.race);
  EXPECT_HAS(explanation_text(why), "crash.SIGABRT");
  EXPECT_EQ(why.sure.identical, why.sure.replays);
}

TEST(explanation, of_an_endless_loop_is_like_any_other) {
  const explanation why = explain_bug("endless_loop", 1, 10);  // each execution that stalls costs its whole patience
  EXPECT_TRUE(why.race);
  for (const std::string& outcome : why.sure.without) EXPECT_EQ(outcome, "clean");
  EXPECT_LT(why.sure.random, 20u) << "each run that stalls costs its whole patience";
}

TEST(explanation, of_what_fails_in_the_natural_order_says_so_and_names_no_race) {
  const explanation why = explain_bug("fails_at_once");
  EXPECT_EQ(why.shrunk.best.result.deviations, 0u);
  EXPECT_FALSE(why.race);
  EXPECT_TRUE(why.timeline.empty());
  EXPECT_EQ(explanation_text(why).find("the race"), std::string::npos);
  EXPECT_EQ(why.sure.identical, 5u);
}

TEST(explanation, says_why_there_is_none_when_the_failure_does_not_recur) {
  shared_memory memory;
  run_result expected;
  expected.ended = sim::outcome::failed;
  expected.broke.name = "order.a_comes_first";
  const explanation why = explain(memory, stories::subject("clean"), 1, {}, expected, {});
  ASSERT_TRUE(why.problem);
  EXPECT_HAS(*why.problem, "the run is clean now");
}

TEST(sentences, say_for_whom_a_held_step_waited) {
  const explanation why = explain_bug("order");
  const std::vector<std::string> plain = explain_deviations(why.shrunk.best, 10);
  const std::vector<std::string> told = explain_deviations(why.shrunk.best, 10, &why.natural);
  ASSERT_EQ(told.size(), 1u);
  if (!why.shrunk.best.held.empty()) {
    EXPECT_HAS(told[0], "is held until \"server/jobs/");
    EXPECT_NE(told[0], plain[0]);
  }
}

/// A failing run with these deviations.
observation with_choices(const std::vector<sim::choice_kind>& kinds) {
  observation seen;
  for (const sim::choice_kind kind : kinds) {
    sim::choice_record made;
    made.kind = kind;
    made.n = 2;
    made.value = 1;
    seen.result.choices.push_back(made);
  }
  seen.result.deviations = kinds.size();
  return seen;
}

std::string told_without_a_race(const std::vector<sim::choice_kind>& kinds) {
  explanation why;
  why.shrunk.best = with_choices(kinds);
  const std::string text = explanation_text(why);
  return text.substr(0, text.find('\n'));
}

TEST(sentences, say_what_decides_when_it_is_not_the_order) {
  using kind = sim::choice_kind;
  EXPECT_HAS(told_without_a_race({kind::disk_fault}), "what fails decides this");
  EXPECT_HAS(told_without_a_race({kind::user, kind::user}), "the values that the test draws decide this");
  EXPECT_HAS(told_without_a_race({kind::user, kind::crash}),
             "what fails, and the values that the test draws, decide this");
  EXPECT_HAS(told_without_a_race({kind::crash, kind::defer}), "no pair of callbacks was found");
}

/// What is said of a pair "a", "b" that was turned round with these outcomes.
std::string told_of(const flip& to_clean, const flip& to_failing) {
  explanation why;
  why.shrunk.best = with_choices({sim::choice_kind::defer});
  why.race.emplace();
  why.race->pair.first.identity = 1;
  why.race->pair.second.identity = 2;
  why.race->pair.second_in_clean = why.race->pair.second;
  why.shrunk.best.step_names = {{1, "a"}, {2, "b"}};
  why.race->tested = {to_clean, to_failing};
  return explanation_text(why);
}

TEST(sentences, say_what_came_of_the_order_alone) {
  using came = flip::outcome;
  EXPECT_HAS(told_of({came::decides, {}}, {came::decides, {}}),
             "the failing run with B held for A is clean; the clean run with A held for B fails so\n");
  EXPECT_HAS(told_of({came::does_not, {}}, {came::does_not, {}}),
             "the failing run with B held for A fails still; the clean run with A held for B is clean still\n");
  EXPECT_HAS(told_of({came::fails_otherwise, "other: it is another"}, {came::untested, {}}),
             "the failing run with B held for A fails otherwise (other: it is another)\n");
  EXPECT_HAS(told_of({came::untested, {}}, {came::fails_otherwise, "stalled"}),
             "their order alone: the clean run with A held for B fails otherwise (stalled)\n");
  EXPECT_EQ(told_of({}, {}).find("their order alone"), std::string::npos) << "nothing was tried";
}

TEST(sentences, say_which_of_two_steps_a_run_does_not_have) {
  explanation why;
  why.shrunk.best = with_choices({sim::choice_kind::defer});
  why.shrunk.best.step_names = {{1, "a"}, {2, "b"}};
  why.race.emplace();
  step_pair& pair = why.race->pair;
  pair.first.identity = 1;
  pair.second.identity = 2;
  EXPECT_HAS(explanation_text(why), "whichever comes first, the other does not come");
  EXPECT_HAS(explanation_text(why), "    A, and never B (");
  EXPECT_HAS(explanation_text(why), "    B, and A not yet: ");
  pair.second_in_clean = pair.second;
  EXPECT_HAS(explanation_text(why), "and both orders occur");
  EXPECT_HAS(explanation_text(why), "    A then B (");
  pair.first_in_failing = pair.first;
  EXPECT_HAS(explanation_text(why), "    B then A: ");

  why.shrunk.best.step_names = {{1, "a"}, {2, "a"}};
  pair.second_in_clean->occurrence = 2;
  EXPECT_HAS(explanation_text(why), "    A  a (its number 1)\n    B  a (its number 3)\n");
  pair.second_in_clean.reset();
  pair.first_in_failing.reset();
  EXPECT_HAS(explanation_text(why), "    A  a (its number 1) in the run that does not fail\n");
  EXPECT_HAS(explanation_text(why), "    B  a (its number 1) in the run that fails\n");
}

TEST(flip_tests, run_once_where_nothing_can_be_held) {
  shared_memory memory;
  const subject what = stories::subject("order");
  experiments lab(memory, what, 1, {}, {});
  const observation natural = lab.natural();
  ASSERT_GE(natural.steps.size(), 2u);
  step_pair pair;
  pair.first = pair.second = natural.steps.front();  // nothing else could go on meanwhile
  pair.first_in_failing = pair.second_in_clean = natural.steps.back();
  const std::uint64_t before = lab.executions();
  const flips found = test_flips(lab, pair, natural, natural);
  EXPECT_FALSE(found.to_clean.tested());
  EXPECT_FALSE(found.to_failing.tested());
  EXPECT_EQ(lab.executions() - before, 2u) << "to hold it for longer would be the same run again";
}

TEST(flip_tests, make_late_only_what_the_search_may) {
  shared_memory memory;
  subject what = stories::subject("order");
  for (const bool may : {true, false}) {
    what.kinds = may ? sim::order_kinds() : sim::bit(sim::choice_kind::pick);
    EXPECT_EQ(experiments(memory, what, 1, {}, {}).may_choose(sim::choice_kind::pool_done), may);
  }
}

TEST(reports, say_that_a_failure_needs_a_fault) {
  using kind = sim::choice_kind;
  finding found;
  found.seen = with_choices({kind::crash, kind::user, kind::user, kind::defer});
  EXPECT_HAS(failure_report(found, {}, {}),
             "4 choices differ from the natural order (of 4), with 1 fault and 2 drawn values:");
  found.seen = with_choices({kind::defer});
  EXPECT_HAS(failure_report(found, {}, {}), "1 choice differs from the natural order (of 1):");
}

TEST(regression_tests, warn_of_one_that_never_ends_or_dies) {
  finding found;
  subject what;
  what.name = "story";
  const regression_subject about{&what, 7, "all()", "file.twin", true};
  found.seen.complete = true;
  found.seen.result.broke.name = "check";
  EXPECT_EQ(regression_test(found, about, {}).find("While the bug is there"), std::string::npos);
  found.seen.complete = false;
  found.seen.result.broke.name = "crash.SIGABRT";
  EXPECT_HAS(regression_test(found, about, {}), "the process dies in it");
  found.seen.result.broke.name = "stalled";
  EXPECT_HAS(regression_test(found, about, {}), "it never ends: run it with a limit of time");
}

TEST(regression_tests, quote_what_would_not_be_source) {
  finding found;
  found.seen.result.broke = {"it's 100%\"odd\"", "a line\nand another \\", ""};
  subject what;
  what.name = "a \"story\"\\";
  what.settings = {{"name", "va\"lue"}};
  const std::string test = regression_test(found, {&what, 7, "all()", "file.twin", true}, {});
  EXPECT_HAS(test, "TEST(regression, it_s_100__odd_)");
  EXPECT_HAS(test, "find_scenario(all(), \"a \\\"story\\\"\\\\\")");
  EXPECT_HAS(test, "{{\"name\", \"va\\\"lue\"}}");
  EXPECT_HAS(test, "a line and another \n") << "a comment that would swallow the next line";
}

class explain_command : public ::testing::Test {
 protected:
  finished_program stories(const std::string& words) {
    return run_program(directory_.path(), std::string("'") + TWINLOOP_STORIES + "' " + words);
  }
  void find(const std::string& story) {
    EXPECT_EQ(stories("explore " + story + " --stop-at-first --output found.twin").status, 1);
  }
  temporary_directory directory_;
};

TEST_F(explain_command, tells_all_parts_in_their_order) {
  find("order");
  const finished_program told = stories("explain found.twin");
  EXPECT_EQ(told.status, 0) << told.errors;
  std::size_t at = 0;
  for (const char* part :
       {"FAILED  order.a_comes_first", "1 choice differs", "replay:", "the race:", "A then B", "natural ", "| failing",
        "tested: 5 of 5 replays", "TEST(regression, order_a_comes_first)"}) {
    const std::size_t found = told.output.find(part, at);
    ASSERT_NE(found, std::string::npos) << part << " is missing, or comes too early, in\n" << told.output;
    at = found;
  }
  EXPECT_EQ(told.output.find('\033'), std::string::npos) << "no colours in a file";
  std::istringstream lines(told.output.substr(told.output.find("| failing"), told.output.find("tested:")));
  for (std::string line; std::getline(lines, line) && line.find("tested:") == std::string::npos;) {
    EXPECT_LE(line.size(), 120u) << line;
  }
}

TEST_F(explain_command, gives_the_same_to_scripts) {
  find("order");
  const json told = json::parse(stories("explain found.twin --json").output);
  EXPECT_EQ(told["command"], "explain");
  EXPECT_EQ(told["failure"]["deviations"], 1);
  EXPECT_EQ(told["race"]["first_then_second"], "clean");
  EXPECT_HAS(told["race"]["second_then_first"].get<std::string>(), "order.a_comes_first");
  EXPECT_EQ(told["confidence"]["identical"], told["confidence"]["replays"]);
  EXPECT_HAS(told["regression_test"].get<std::string>(), "TEST(regression");
  EXPECT_FALSE(told["timeline"].empty());
}

TEST_F(explain_command, refuses_what_it_cannot_explain) {
  const finished_program missing = stories("explain nowhere.twin");
  EXPECT_EQ(missing.status, 2);
  EXPECT_HAS(missing.errors, "nowhere.twin");
  EXPECT_EQ(stories("run clean --output clean.twin").status, 0);
  const finished_program clean = stories("explain clean.twin");
  EXPECT_EQ(clean.status, 2);
  EXPECT_HAS(clean.errors, "is the record of a clean run");
  EXPECT_EQ(stories("explain").status, 2);
  const finished_program help = stories("explain --help");
  EXPECT_EQ(help.status, 0);
  EXPECT_HAS(help.output, "race");
}

TEST_F(explain_command, says_that_a_mended_program_does_not_fail_so_any_more) {
  find("order");
  std::string error;
  std::optional<replay_file> file = replay_file::load(directory_.file("found.twin"), error);
  ASSERT_TRUE(file) << error;
  file->settings["bug"] = "off";  // what mends this program
  ASSERT_FALSE(file->save(directory_.file("mended.twin")));
  const finished_program told = stories("explain mended.twin");
  EXPECT_EQ(told.status, 1);
  EXPECT_HAS(told.errors, "nothing to explain: the run is clean now, not as order.a_comes_first");
  EXPECT_EQ(json::parse(stories("explain mended.twin --json").output).count("error"), 1u);
}

}  // namespace
