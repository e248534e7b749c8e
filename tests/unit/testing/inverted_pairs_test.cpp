// Goal: of two runs in another order, the pairs of steps that could race are found, whatever their numbers are in each
// run, and the likeliest come first.
// Method: runs made by hand.
#include "sim/testing/inverted_pairs.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/testing/hand_made_runs.hpp"

namespace {

using namespace twinloop::testing;
using hand_made::cause;
using hand_made::run_of;
using hand_made::step_of;
using hand_made::touch;

/// Those that could race.
std::vector<step_pair> spelt(const observation& failing, const observation& natural) {
  const inverted_pairs pairs(failing, natural);
  std::vector<step_pair> all;
  for (std::size_t rank = 0; rank < pairs.likely(); ++rank) all.push_back(pairs.spell(rank));
  return all;
}

TEST(racing_pairs, are_those_in_another_order_and_the_likeliest_comes_first) {
  observation natural = run_of("abcd"), failing = run_of("acbd");
  std::vector<step_pair> pairs = spelt(failing, natural);
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].first.identity, std::uint64_t{'b'});
  EXPECT_EQ(pairs[0].second.identity, std::uint64_t{'c'});
  EXPECT_TRUE(pairs[0].first_in_failing);
  EXPECT_FALSE(pairs[0].share_key);

  failing = run_of("cdba");
  touch(natural, 'b', 5);
  touch(failing, 'd', 5);
  pairs = spelt(failing, natural);
  EXPECT_EQ(pairs.size(), 5u) << "all but c and d";
  EXPECT_EQ(pairs[0].first.identity, std::uint64_t{'b'}) << "these touch the same thing";
  EXPECT_EQ(pairs[0].second.identity, std::uint64_t{'d'});
  EXPECT_TRUE(pairs[0].share_key);

  EXPECT_FALSE(spelt(run_of("b"), run_of("ab")).at(0).first_in_failing);
  EXPECT_TRUE(spelt(run_of("abc"), run_of("abc")).empty());
}

TEST(racing_pairs, leave_out_what_two_processes_do_by_themselves) {
  observation natural = run_of("ab"), failing = run_of("ba");
  for (observation* each : {&natural, &failing}) {
    for (trace_step& step : each->steps) step.process = step.identity;
  }
  EXPECT_TRUE(spelt(failing, natural).empty());
}

TEST(racing_pairs, are_of_one_life_of_their_process) {
  observation natural = run_of("asb"), failing = run_of("sba");
  const auto restart = [](observation& seen) {
    for (trace_step& step : seen.steps) {
      if (step.identity == 's') step.label = step.process;
    }
    seen.step_names['s'] = "server starts";
  };
  EXPECT_FALSE(spelt(failing, natural).empty()) << "an ordinary step between them does not matter";
  restart(natural);
  restart(failing);
  for (const step_pair& each : spelt(failing, natural)) {
    EXPECT_NE(each.second.identity, std::uint64_t{'b'}) << "b waited for the restart, a was before it";
  }
}

TEST(racing_pairs, leave_out_what_is_another_step_under_the_same_name) {
  observation natural = run_of("ab"), failing = run_of("ba");
  natural.step_names['b'] = "step b [file.cpp:2]";
  EXPECT_TRUE(spelt(failing, natural).empty());
}

TEST(racing_pairs, leave_out_that_a_thread_of_the_pool_takes_a_job) {
  observation natural = run_of("ab"), failing = run_of("ba");
  natural.step_names['b'] = failing.step_names['b'] = "server/pool takes a job";
  EXPECT_TRUE(spelt(failing, natural).empty());
}

TEST(racing_pairs, that_follow_from_others_come_after_these) {
  observation natural = run_of("xaebf"), failing = run_of("xbaef");
  cause(natural, 2, 3);  // e follows a
  cause(failing, 3, 4);
  cause(natural, 4, 5);  // f follows b
  cause(failing, 2, 5);
  const std::vector<step_pair> pairs = spelt(failing, natural);
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].first.identity, std::uint64_t{'a'}) << "that e comes after b is no more than that a does";
  EXPECT_EQ(pairs[0].second.identity, std::uint64_t{'b'});
}

TEST(racing_pairs, of_which_one_led_to_nothing_come_last) {
  observation natural = run_of("xzabf"), failing = run_of("xbzaf");
  cause(natural, 3, 5);  // f follows a
  cause(failing, 4, 5);
  natural.steps.push_back(run_of("g").steps.front());
  cause(natural, 4, 6);  // g follows b
  const std::vector<step_pair> pairs = spelt(failing, natural);
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].first.identity, std::uint64_t{'a'}) << "z led to nothing";
  EXPECT_FALSE(pairs[0].doubtful);
  EXPECT_TRUE(pairs[1].doubtful);
}

TEST(racing_pairs, of_a_long_run_are_counted_and_the_likeliest_kept) {
  observation natural, failing;
  for (std::uint64_t at = 0; at < 200; ++at) {
    trace_step step;
    step.identity = step.label = 1 + at;
    step.process = 1;
    natural.steps.push_back(step);
    failing.steps.push_back(step);
  }
  std::reverse(failing.steps.begin(), failing.steps.end());
  natural.steps[7].keys = failing.steps[192].keys = {{5, true}};  // step 8
  natural.steps[3].keys = failing.steps[196].keys = {{5, true}};  // step 4
  const inverted_pairs pairs(failing, natural);
  EXPECT_EQ(pairs.count(), 200u * 199 / 2);
  EXPECT_LT(pairs.kept(), pairs.count()) << "memory is for the likeliest";
  EXPECT_EQ(pairs.likely(), pairs.kept());
  EXPECT_EQ(pairs.spell(0).first.identity, 4u) << "these touch the same thing";
  EXPECT_EQ(pairs.spell(0).second.identity, 8u);
}

TEST(racing_pairs, may_be_of_a_step_that_the_clean_run_stops) {
  // a starts a deadline d; a reply r stops it, unless it comes too late.
  observation natural = run_of("xar"), failing = run_of("xadr");
  cause(failing, 2, 3);
  std::vector<step_pair> pairs = spelt(failing, natural);
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].first.identity, std::uint64_t{'r'});
  EXPECT_EQ(pairs[0].second.identity, std::uint64_t{'d'});
  EXPECT_FALSE(pairs[0].second_in_clean);
  EXPECT_TRUE(pairs[0].first_in_failing);
}

TEST(racing_pairs, of_what_only_the_failing_run_tells_are_no_more_than_kept) {
  observation natural = run_of("xar"), failing = run_of("xabdr");
  cause(failing, 2, 3);  // b follows a, and is in the failing run only, as d, which follows it
  cause(failing, 3, 4);
  const inverted_pairs pairs(failing, natural);
  EXPECT_EQ(pairs.count(), 1u);
  ASSERT_EQ(pairs.likely(), 1u);
  EXPECT_EQ(pairs.spell(0).second.identity, std::uint64_t{'b'});
  ASSERT_EQ(pairs.kept(), 2u);
  EXPECT_EQ(pairs.spell(1).second.identity, std::uint64_t{'d'});
  EXPECT_TRUE(pairs.later(1, 0)) << "r came after d, too, which is nearer to the failure";
  EXPECT_FALSE(pairs.later(0, 1));
}

TEST(racing_pairs, are_later_with_steps_that_are_not_earlier) {
  const observation natural = run_of("abc"), failing = run_of("cba");
  const inverted_pairs all(failing, natural);
  ASSERT_EQ(all.kept(), 3u);
  for (std::size_t one = 0; one < 3; ++one) {
    for (std::size_t other = 0; other < 3; ++other) {
      const step_pair a = all.spell(one), b = all.spell(other);
      const bool as_late = a.first.identity >= b.first.identity && a.second.identity <= b.second.identity;
      EXPECT_EQ(all.later(one, other), one != other && as_late);
    }
  }
}

TEST(racing_pairs, are_not_of_two_timers_of_a_process) {
  observation natural = run_of("ab"), failing = run_of("ba");
  natural.step_names['b'] = failing.step_names['b'] = "client runs its due timers";
  natural.steps[1].time = failing.steps[0].time = 7;
  EXPECT_EQ(spelt(failing, natural).size(), 1u);
  natural.step_names['a'] = failing.step_names['a'] = "client runs its due timers";
  natural.steps[0].time = failing.steps[1].time = 5;
  EXPECT_TRUE(spelt(failing, natural).empty());
}

TEST(racing_pairs, are_not_later_with_a_step_that_the_failing_run_did_not_come_to) {
  const observation natural = run_of("acx"), failing = run_of("xa");
  const inverted_pairs pairs(failing, natural);
  ASSERT_EQ(pairs.kept(), 2u);
  const std::size_t of_a = pairs.spell(0).first.identity == 'a' ? 0 : 1;
  ASSERT_FALSE(pairs.spell(1 - of_a).first_in_failing);
  EXPECT_FALSE(pairs.later(1 - of_a, of_a)) << "c is after the failure, if anywhere";
}

}  // namespace
