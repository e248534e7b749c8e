// Goal: the explanation of a known bug names a race where the order of callbacks decides, and none where it does not.
// Method: rows whose cause is published, found by the default search under a fixed seed.
#include <gtest/gtest.h>

#include <regex>

#include "scenarios/bugs/rows.hpp"
#include "sim/testing/explanation.hpp"
#include "sim/testing/explore.hpp"

namespace bugs {
namespace {

using twinloop::testing::explanation;

explanation explain_row(const std::string& id) {
  const auto story = twinloop::testing::find_scenario(all_scenarios(), id);
  const twinloop::testing::subject what = twinloop::testing::make_subject(story, {});
  twinloop::testing::shared_memory memory;
  twinloop::testing::explore_options search;
  search.seed = 1;
  const auto done = twinloop::testing::explore(memory, what, search);
  if (done.found.empty()) throw std::runtime_error(id + " was not found");
  const twinloop::testing::run_result& met = done.found.front().seen.result;
  twinloop::testing::shrink_options options;
  options.seconds = 60;  // so that a busy machine shrinks as far as an idle one
  return twinloop::testing::explain(memory, what, search.seed, met.choices, met, options);
}

class raced_row : public testing::TestWithParam<const char*> {};
// B26, B28: a hold that is one step shorter is clean, but has nothing in another order.
INSTANTIATE_TEST_SUITE_P(rows, raced_row, testing::Values("B01", "B05", "B08", "B14", "B22", "B26", "B28", "B31"));

TEST_P(raced_row, has_a_pair_whose_two_orders_were_run_and_end_differently) {
  const explanation why = explain_row(GetParam());
  ASSERT_FALSE(why.problem) << *why.problem;
  ASSERT_TRUE(why.race);
  EXPECT_EQ(why.race->clean.result.ended, sim::outcome::clean);
  EXPECT_NE(why.race->pair.first.identity, why.race->pair.second.identity);
  EXPECT_EQ(why.sure.identical, why.sure.replays);
  const std::string text = explanation_text(why);
  EXPECT_FALSE(std::regex_search(text, std::regex("#[0-9a-f]{8}"))) << "a hash stands for a name\n" << text;
}

class natural_row : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(rows, natural_row, testing::Values("B12", "B16"));

TEST_P(natural_row, fails_in_the_natural_order_and_so_has_no_race) {
  const explanation why = explain_row(GetParam());
  ASSERT_FALSE(why.problem) << *why.problem;
  EXPECT_EQ(why.shrunk.best.result.deviations, 0u);
  EXPECT_FALSE(why.race);
}

}  // namespace
}  // namespace bugs
