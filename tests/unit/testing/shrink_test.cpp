// Goal: shrinking leaves only the deviations that the failure needs, and never another failure.
// Method: stories whose smallest failing run is known; candidates are followed against small worlds.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "sim/testing/explain.hpp"
#include "sim/testing/explore.hpp"
#include "sim/testing/local_executor.hpp"
#include "sim/testing/shrink.hpp"
#include "sim/testing/shrinker.hpp"
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

/// Whether the shrunk run of `story` still shows its failure without its deviation number `left_out`.
bool fails_without(const std::string& story, std::uint64_t seed, const shrink_result& done, std::size_t left_out) {
  candidate rest = as_answers(done.best.result.choices);
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(left_out));
  candidate_source source(rest);
  const run_result again = run_once(stories::find(story), done.settings, &source, seed);
  return failing(again) && signature_of(again) == done.failure;
}

TEST_P(seeds, shrink_to_what_no_single_deviation_can_be_left_out_of) {
  for (const char* const story : {"order", "two_deviations"}) {
    const shrink_result done = shrink_bug(story, GetParam());
    const std::size_t left = as_answers(done.best.result.choices).size();
    ASSERT_EQ(left, done.best.result.deviations);
    for (std::size_t index = 0; index < left; ++index) {
      EXPECT_FALSE(fails_without(story, GetParam(), done, index)) << story << ", deviation " << index;
    }
  }
}

/// A failure that takes two deviations, near one that takes a part of them.
void rare_near_common(sim::world& world, const configuration&) {
  stories::run_jobs(world, 8, [](sim::world& in, const std::string& order) {
    const bool rare = stories::before(order, 'c', 'a') && stories::before(order, 'h', 'f');
    in.check(!rare, "order.rare", "the jobs completed as " + order);
    in.check(!stories::before(order, 'c', 'a'), "order.common", "the jobs completed as " + order);
  });
}

TEST(shrink, of_one_failure_never_ends_in_another) {
  const scenario story{"rare_near_common", "fails in one of two ways", rare_near_common};
  const subject what = make_subject(story, {});
  shared_memory memory;
  std::uint64_t shrunk = 0;
  std::uint64_t slips = 0;
  for (std::uint64_t run = 0; run < 300; ++run) {
    const auto source = sim::make_source(sim::plan_run(1, run, what.kinds));
    const run_result failed = run_once(story, {}, source.get(), 1);
    if (failed.broke.name != "order.rare") continue;
    const shrink_result done = shrink(memory, what, 1, failed.choices, failed, {});
    ASSERT_FALSE(done.problem) << *done.problem;
    EXPECT_EQ(done.best.result.broke.name, "order.rare");
    for (const also_seen& other : done.others) EXPECT_EQ(other.what.name, "order.common");
    slips += done.slips;
    if (++shrunk == 8) break;
  }
  EXPECT_GT(shrunk, 0u) << "no run failed in the rare way";
  EXPECT_GT(slips, 0u) << "no candidate failed in the other way: the story proves nothing";
}

/// Fails where two answers go together, and where a third one is its last, which no run with the two needs to have.
void two_or_another_one(sim::world& world, const configuration&) {
  world.add_host("server").start("draws", [&world](twinloop::loop&, const twinloop::arguments&) {
    const std::uint32_t first = world.choose("first", 2);
    const std::uint32_t second = world.choose("second", 2);
    const std::uint32_t third = world.choose("third", 6);
    world.check(first + second < 2 && third < 5, "draws.sound", "the draws do not go together");
    return 0;
  });
  world.run();
}

class one_twice final : public sim::choice_source {
 public:
  std::uint32_t answer(const sim::question& asked) override {
    return asked.kind == sim::choice_kind::user && asked.n == 2 ? 1 : 0;
  }
};

TEST(shrink, finds_a_single_answer_that_the_failing_run_did_not_have) {
  const scenario story{"two_or_another_one", "fails in two ways", two_or_another_one, sim::bit(sim::choice_kind::user)};
  one_twice source;
  const run_result failed = run_once(story, {}, &source, 1);
  ASSERT_EQ(failed.broke.name, "draws.sound");
  ASSERT_EQ(failed.deviations, 2u);
  shared_memory memory;
  const shrink_result done = shrink(memory, make_subject(story, {}), 1, failed.choices, failed, {});
  ASSERT_FALSE(done.problem) << *done.problem;
  EXPECT_EQ(done.best.result.deviations, 1u);
}

TEST(shrink, of_the_same_run_twice_does_the_same) {
  const shrink_result first = shrink_bug("two_deviations", 3);
  const shrink_result second = shrink_bug("two_deviations", 3);
  EXPECT_EQ(first.executions, second.executions);
  EXPECT_EQ(first.cached, second.cached);
  const auto value = [](const sim::choice_record& made) { return made.value; };
  EXPECT_TRUE(std::ranges::equal(first.best.result.choices, second.best.result.choices, {}, value, value));
}

/// Shrinks one failure in this process, under a budget that says when to stop.
shrink_outcome shrink_here(shrink_budget budget) {
  shared_memory memory;
  const subject what = stories::subject("two_deviations");
  const finding found = find_bug(memory, what, 1);
  local_executor execute(what, 1, [] {});
  shrinker search({std::ref(execute), true}, std::move(budget), signature_of(found.seen), found.seen.result.hash, what);
  return search.shrink(found.seen.result.choices);
}

bool shows_two_deviations(const std::vector<sim::choice_record>& choices) {
  sim::replay_source same(choices, sim::replay_source::matching::strict);
  return run_once(stories::find("two_deviations"), {}, &same, 1).broke.name == "order.two_at_once";
}

constexpr auto never = std::chrono::steady_clock::time_point::max();

TEST(shrink, that_is_interrupted_gives_the_best_so_far) {
  const shrink_outcome whole = shrink_here({.until = never});
  std::vector<std::uint64_t> lengths;
  // Two are enough to confirm the failure.
  for (std::uint64_t asked_after = 2; asked_after < whole.executions; ++asked_after) {
    std::uint64_t done = 0;
    const shrink_outcome part =
        shrink_here({.until = never,
                     .interrupted = [&] { return done >= asked_after; },
                     .on_progress = [&](std::uint64_t executions, std::uint64_t) { done = executions; }});
    ASSERT_FALSE(part.problem) << *part.problem;
    EXPECT_TRUE(part.out_of_budget);
    EXPECT_EQ(part.executions, asked_after);
    EXPECT_TRUE(shows_two_deviations(part.best)) << "after " << asked_after;
    lengths.push_back(as_answers(part.best).size());
  }
  EXPECT_TRUE(std::ranges::is_sorted(lengths, std::greater<>())) << "more time never gives a larger run";
  EXPECT_LE(as_answers(whole.best).size(), lengths.back());
}

TEST(shrink, without_any_time_says_so) {
  const shrink_outcome none = shrink_here({.until = std::chrono::steady_clock::time_point::min()});
  ASSERT_TRUE(none.problem);
  EXPECT_EQ(*none.problem, "there was no time to repeat the run even once");
}

}  // namespace
