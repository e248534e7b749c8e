// Goal: shrinking leaves only the deviations that the failure needs, and never another failure.
// Method: stories whose smallest failing run is known; candidates are followed against small worlds.
#include <gtest/gtest.h>

#include "sim/testing/explain.hpp"
#include "sim/testing/explore.hpp"
#include "sim/testing/shrink.hpp"
#include "tests/unit/testing/stories.hpp"

namespace {

using namespace twinloop::testing;
namespace sim = twinloop::sim;

finding find_bug(shared_memory& memory, const subject& what, std::uint64_t seed) {
  explore_options options;
  options.seed = seed;
  options.stall = std::chrono::milliseconds(300);
  exploration done = explore(memory, what, options);
  EXPECT_EQ(done.found.size(), 1u);
  return done.found.empty() ? finding{} : std::move(done.found.front());
}

shrink_result shrink_bug(const std::string& story, std::uint64_t seed) {
  shared_memory memory;
  const subject what = stories::subject(story);
  const finding found = find_bug(memory, what, seed);
  shrink_options options;
  options.stall = std::chrono::milliseconds(300);
  options.seconds = 60;
  shrink_result done = shrink(memory, what, seed, found.seen.result.choices, found.seen.result, options);
  EXPECT_FALSE(done.problem) << *done.problem;
  EXPECT_TRUE(same_failure(done.best.result, found.seen.result)) << done.best.result.broke.name;
  EXPECT_LE(done.best.result.deviations, done.deviations_before);
  return done;
}

class seeds : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(shrink, seeds, ::testing::Range<std::uint64_t>(1, 9));

TEST_P(seeds, shrink_an_order_bug_to_one_deviation) {
  const shrink_result done = shrink_bug("order", GetParam());
  EXPECT_EQ(done.best.result.deviations, 1u);
  EXPECT_FALSE(done.one_by_one);
}

TEST_P(seeds, shrink_a_bug_of_two_deviations_to_two) {
  const shrink_result done = shrink_bug("two_deviations", GetParam());
  EXPECT_LE(done.best.result.deviations, 2u);
  EXPECT_GT(done.best.result.deviations, 0u);
  EXPECT_GT(done.deviations_before, 2u);
}

TEST(shrink, of_a_crash_runs_candidates_in_processes_of_their_own) {
  const shrink_result done = shrink_bug("calls_abort", 1);
  EXPECT_EQ(done.best.result.broke.name, "crash.SIGABRT");
  EXPECT_EQ(done.best.result.deviations, 1u);
  EXPECT_TRUE(done.one_by_one);
}

TEST(shrink, of_a_failure_in_the_natural_order_leaves_no_deviation) {
  shared_memory memory;
  const subject what = stories::subject("fails_at_once");
  const auto source = sim::make_source(sim::plan_run(1, 2, what.kinds));
  const run_result failed = run_once(stories::find("fails_at_once"), {}, source.get(), 1);
  ASSERT_GT(failed.deviations, 0u);
  const shrink_result done = shrink(memory, what, 1, failed.choices, failed, {});
  ASSERT_FALSE(done.problem);
  EXPECT_EQ(done.best.result.deviations, 0u);
}

TEST(shrink, of_a_run_that_does_not_fail_says_so) {
  shared_memory memory;
  run_result expected;
  expected.ended = sim::outcome::failed;
  expected.broke.name = "order.a_comes_first";
  const shrink_result done = shrink(memory, stories::subject("clean"), 1, {}, expected, {});
  ASSERT_TRUE(done.problem);
  EXPECT_EQ(done.problem->find("the run is clean now, not as order.a_comes_first"), 0u) << *done.problem;
}

TEST(shrink, keeps_to_its_budget) {
  shared_memory memory;
  const subject what = stories::subject("two_deviations");
  const finding found = find_bug(memory, what, 1);
  shrink_options options;
  options.executions = 3;
  const shrink_result done = shrink(memory, what, 1, found.seen.result.choices, found.seen.result, options);
  ASSERT_FALSE(done.problem);
  EXPECT_TRUE(done.out_of_budget);
  EXPECT_LE(done.executions, 3u);
  EXPECT_TRUE(same_failure(done.best.result, found.seen.result));
}

TEST(shrink, explains_what_is_left_by_the_names_of_the_program) {
  const shrink_result done = shrink_bug("order", 1);
  const std::vector<std::string> sentences = explain_deviations(done.best, 10);
  ASSERT_EQ(sentences.size(), 1u);
  EXPECT_NE(sentences[0].find("server/jobs/"), std::string::npos) << sentences[0];
  EXPECT_EQ(sentences[0].find('#'), std::string::npos) << sentences[0];
}

}  // namespace
