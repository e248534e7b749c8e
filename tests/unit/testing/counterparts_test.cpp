// Goal: a step of one run is found again in another one whatever its number is there, and so is the choice that says
// how long it takes.
// Method: runs made by hand.
#include "sim/testing/counterparts.hpp"

#include <gtest/gtest.h>

#include "sim/testing/delaying_choice.hpp"
#include "tests/unit/testing/hand_made_runs.hpp"

namespace {

using namespace twinloop::testing;
using hand_made::run_of;
using hand_made::step_of;
namespace sim = twinloop::sim;

observation with_lineages(observation seen, const std::vector<std::uint64_t>& lineages) {
  for (std::size_t at = 0; at < lineages.size(); ++at) seen.steps.at(at).lineage = lineages[at];
  return seen;
}

/// For each step of `one`, where it stands in `other`; -1 = nowhere.
std::vector<int> places(const observation& one, const observation& other) {
  const counterparts same(one, other);
  std::vector<int> all;
  for (std::size_t at = 0; at < one.steps.size(); ++at) {
    const std::size_t there = same.in_other(at);
    all.push_back(there == counterparts::nowhere ? -1 : static_cast<int>(there));
    if (there != counterparts::nowhere) {
      EXPECT_EQ(same.in_one(there), at);
    }
  }
  return all;
}

/// Two steps of one name.
observation twice(const std::string& name) {
  observation seen = run_of("ab");
  seen.steps[0].label = seen.steps[1].label = 7;
  seen.steps[1].occurrence = 1;
  seen.step_names['a'] = seen.step_names['b'] = name;
  return seen;
}

TEST(counterparts, came_about_alike_whatever_their_numbers_are) {
  const observation job = twice("server/lint work");
  EXPECT_EQ(places(with_lineages(job, {11, 12}), with_lineages(job, {12, 11})), (std::vector<int>{1, 0}))
      << "of two jobs of one name the first to end is number 1 in either run";
  EXPECT_EQ(places(job, job), (std::vector<int>{0, 1})) << "without lineages their numbers are all there is";
}

TEST(counterparts, may_be_of_a_later_connection) {
  observation one = run_of("xa"), other = run_of("xb");
  one.step_names['a'] = "server/client#4/recv [lines.cpp:1]";
  other.step_names['b'] = "server/client/recv [lines.cpp:1]";
  EXPECT_EQ(places(one, other), (std::vector<int>{0, 1}));
  other.step_names['b'] = "server/client/recv [lines.cpp:2]";
  EXPECT_EQ(places(one, other), (std::vector<int>{0, -1})) << "another place: another step";
}

TEST(counterparts, of_due_timers_are_those_of_the_same_time) {
  observation one = twice("client runs its due timers"), other = one;
  one.steps[0].time = 24, one.steps[1].time = 30;
  other.steps[0].time = 30, other.steps[1].time = 34;
  EXPECT_EQ(places(one, other), (std::vector<int>{-1, 0})) << "24 and 34 may be of any timers";
}

TEST(delaying_choices, are_those_that_the_step_was_made_ready_by) {
  // t: a thread takes job a, whose call lasts; u: another takes one of that name; g: a goes on; w: it ended.
  observation seen = run_of("tugw");
  for (const char letter : {'g', 'w'}) step_of(seen, letter).label = 7;
  const auto add = [&](sim::choice_kind kind, std::uint64_t label, std::uint32_t occurrence) {
    sim::choice_record made;
    made.kind = kind, made.label = label, made.occurrence = occurrence, made.n = 4;
    seen.result.choices.push_back(made);
  };
  add(sim::choice_kind::pool_done, 8, 5);  // asked in t, about something else
  add(sim::choice_kind::pool_done, 7, 0);  // asked in t
  step_of(seen, 'u').choices = 2;
  add(sim::choice_kind::pool_done, 7, 1);  // asked in u, for the other job
  step_of(seen, 'g').choices = step_of(seen, 'w').choices = 3;
  step_of(seen, 'g').enabled_by = 1;
  step_of(seen, 'w').enabled_by = 3;
  for (const std::size_t at : {2u, 3u}) {
    const auto found = delaying_choice(seen, at);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->occurrence, 0u) << "the other is about another job";
  }
  EXPECT_FALSE(delaying_choice(seen, 1)) << "nothing made it ready";

  add(sim::choice_kind::timer_late, 1, 0);
  seen.steps.push_back(run_of("d").steps.front());
  step_of(seen, 'd').label = 1;
  step_of(seen, 'd').choices = 4;
  EXPECT_FALSE(delaying_choice(seen, 4));
  seen.step_names['d'] = "server runs its due timers";
  ASSERT_TRUE(delaying_choice(seen, 4));
  EXPECT_EQ(delaying_choice(seen, 4)->kind, sim::choice_kind::timer_late);
}

}  // namespace
