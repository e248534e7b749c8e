// Goal: the explanation of a known bug names a race where the order of callbacks decides, and none where it does not.
// Method: rows whose cause is published, found by the default search under a fixed seed.
#include <gtest/gtest.h>

#include <regex>

#include "scenarios/bugs/rows.hpp"
#include "sim/testing/explain.hpp"
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

/// The race that the story at the top of a row's source tells, by what the two callbacks are about: either may be A.
struct told_pair {
  const char* id;
  const char* one;
  const char* other;
};

std::ostream& operator<<(std::ostream& out, const told_pair& shown) { return out << shown.id; }

class told_row : public testing::TestWithParam<told_pair> {};
INSTANTIATE_TEST_SUITE_P(
    rows, told_row,
    testing::Values(
        // "told none, and both become owner": one visitor's hash is done, the other asks whether there is a user
        told_pair{"B02", "/hash password", "/count users"},
        // "both find the parent missing": the first upload is about to make it, the second comes
        told_pair{"B03", "/files/make_directory", "<-client-1/client/client/recv"},
        // "written while a roll is under way": the rename of the first roll, a line
        told_pair{"B04", "/log files/rename", "<-client-0/client/client/recv"},
        // "a request for another key is answered with the first one's result": the result, the request
        told_pair{"B06", "/proxy/upstream/recv", "/proxy/listener<-client-1/client/client#2/recv"},
        // "those who wait read a cache slot that is empty": the same with an error
        told_pair{"B07", "/proxy/upstream/recv", "/proxy/listener<-client-1/client/client#2/recv"},
        // "checks may end in another order than the edits came in": two checks
        told_pair{"B09", "/editor/lint work", "/editor/lint work"},
        // "emits end, although pieces may still be with the parser": the parser, the reader
        told_pair{"B10", "/extract/inflate work", "/extract/archive/read_at"},
        // "waits for its database; another request comes in between": the document, the request
        told_pair{"B11", "/application/database/recv", "/application/listener<-client-1/client/client#2/recv"},
        // "whoever divides later": the changes of two clients
        told_pair{"B23", "/listener<-client-0/client/client/recv", "/listener<-client-1/client/client/recv"},
        // "the deadline reports the target as down; the connect completes afterwards"
        told_pair{"B29", "send connect", "/checker runs its due timers"}),
    [](const auto& each) { return std::string(each.param.id); });

TEST_P(told_row, names_the_two_callbacks_of_its_story) {
  const explanation why = explain_row(GetParam().id);
  ASSERT_TRUE(why.race);
  const auto& names = why.race->clean.step_names;
  const std::string first = names.at(why.race->pair.first.identity), second = names.at(why.race->pair.second.identity);
  const auto are = [&](const std::string& a, const std::string& b) {
    return a.find(GetParam().one) != std::string::npos && b.find(GetParam().other) != std::string::npos;
  };
  EXPECT_TRUE(are(first, second) || are(second, first)) << "A  " << first << "\nB  " << second;
}

TEST(explained_rows, tell_apart_two_callbacks_of_one_name) {
  const explanation why = explain_row("B09");
  const auto sentences = twinloop::testing::explain_deviations(why.shrunk.best, 1, &why.natural);
  ASSERT_EQ(sentences.size(), 1u);
  const std::regex two("\"(.*)\" \\(its number (\\d+)\\) is held until \"(.*)\" \\(its number (\\d+)\\) has run");
  std::smatch parts;
  ASSERT_TRUE(std::regex_match(sentences[0], parts, two)) << sentences[0];
  EXPECT_EQ(parts[1], parts[3]);
  EXPECT_LT(std::stoi(parts[2]), std::stoi(parts[4])) << "an older check waits for a newer one";
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
