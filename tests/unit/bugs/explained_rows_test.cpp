// Goal: the explanation of a known bug names a race where the order of callbacks decides, and none where it does not.
// Method: rows whose cause is published, found by the default search under a fixed seed.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "scenarios/bugs/rows.hpp"
#include "sim/testing/explain.hpp"
#include "sim/testing/explanation.hpp"
#include "sim/testing/explore.hpp"

namespace bugs {
namespace {

using twinloop::testing::explanation;

explanation explain_row(const std::string& id, std::uint64_t seed = 1) {
  const auto story = twinloop::testing::find_scenario(all_scenarios(), id);
  const twinloop::testing::subject what = twinloop::testing::make_subject(story, {});
  twinloop::testing::shared_memory memory;
  twinloop::testing::explore_options search;
  search.seed = seed;
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
  const twinloop::testing::step_pair& pair = why.race->pair;  // two steps in each run that has both
  if (pair.second_in_clean) {
    EXPECT_NE(pair.first.identity, pair.second_in_clean->identity);
  }
  if (pair.first_in_failing) {
    EXPECT_NE(pair.first_in_failing->identity, pair.second.identity);
  }
  EXPECT_EQ(why.sure.identical, why.sure.replays);
  const std::string text = explanation_text(why);
  EXPECT_FALSE(std::regex_search(text, std::regex("#[0-9a-f]{8}"))) << "a hash stands for a name\n" << text;
}

/// The race that the story at the top of a row's source tells, by what the two callbacks are about: either may be A.
struct told_pair {
  const char* id;
  const char* one;
  const char* other;
  std::uint64_t seed = 1;
  bool one_thing = false;  // it says that they are about the same thing
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
        // "a line that is written while a roll is under way": the rename of the first roll, the write of a line
        told_pair{"B04", "/log files/rename", "/write_at"},
        // "a request for another key is answered with the first one's result": the result, the request
        told_pair{"B06", "/proxy/upstream/recv", "/proxy/listener<-client-1/client/client#2/recv"},
        // "those who wait read a cache slot that is empty": the same with an error
        told_pair{"B07", "/proxy/upstream/recv", "/proxy/listener<-client-1/client/client#2/recv"},
        // "the directory's own deletion has emptied it before a child is looked at": look and deletion of one child
        told_pair{"B08", "/files/status", "/files/unlink", 1, true},
        // "checks may end in another order than the edits came in": two checks; held as completions, or slow on the
        // pool
        told_pair{"B09", "/editor/lint work", "/editor/lint work"},
        told_pair{"B09", "/editor/lint work", "/editor/lint work", 2},
        // "emits end, although pieces may still be with the parser": the parser, the reader
        told_pair{"B10", "/extract/inflate work", "/extract/archive/read_at"},
        // "waits for its database; another request comes in between": the document, the request
        told_pair{"B11", "/application/database/recv", "/application/listener<-client-1/client/client#2/recv"},
        // "a request that comes before the database is there": what the database says, the request
        told_pair{"B15", "/web/database/recv", "/web/listener<-client-"},
        told_pair{"B15", "/web/database/recv", "/web/listener<-client-", 2},
        // "the promoter finds a delayed job without a delay": the delay is stored, the promoter looks
        told_pair{"B18", "/queue/update delay", "/queue/look at job"},
        // "two deposits that settle at about the same time": the first one settles, the second one comes
        told_pair{"B22", "/bank runs its due timers", "/bank/listener<-client-1/client/client"},
        // "whoever divides later": the changes of two clients
        told_pair{"B23", "/listener<-client-0/client/client/recv", "/listener<-client-1/client/client/recv"},
        // "cancels that when the reply comes; if the completion is already queued then": the reply, the deadline
        told_pair{"B25", "/client/server/recv", "/client runs its due timers"},
        // "a deadline answers with an error; every later step": of these the origin's reply
        told_pair{"B27", "/proxy/origin/recv", "/proxy runs its due timers"},
        // "the deadline reports the target as down; the connect completes afterwards"
        told_pair{"B29", "send connect", "/checker runs its due timers"},
        // "a request that takes too long is cancelled, its reply not yet read": the reply, the deadline
        told_pair{"B30", "/application/cache/recv", "/application runs its due timers", 2}),
    [](const auto& each) { return std::string(each.param.id) + "_" + std::to_string(each.param.seed); });

TEST_P(told_row, names_the_two_callbacks_of_its_story) {
  const told_pair& told = GetParam();
  const explanation why = explain_row(told.id, told.seed);
  ASSERT_TRUE(why.race);
  const twinloop::testing::step_pair& pair = why.race->pair;
  const std::string first = why.race->clean.step_names.at(pair.first.identity);
  const std::string second = why.shrunk.best.step_names.at(pair.second.identity);
  const auto are = [&](const std::string& a, const std::string& b) {
    return a.find(told.one) != std::string::npos && b.find(told.other) != std::string::npos;
  };
  EXPECT_TRUE(are(first, second) || are(second, first)) << "A  " << first << "\nB  " << second;
  EXPECT_TRUE(pair.share_key || !told.one_thing);
}

class decided_row : public testing::TestWithParam<const char*> {};
// Where what is held back has done its work before, or is due timers, and still the order alone is tried from both
// sides.
INSTANTIATE_TEST_SUITE_P(rows, decided_row, testing::Values("B08", "B15", "B18", "B22", "B25", "B27"));

TEST_P(decided_row, has_a_pair_whose_order_alone_decides_in_both_runs) {
  const explanation why = explain_row(GetParam());
  ASSERT_TRUE(why.race);
  EXPECT_TRUE(why.race->tested.both_decide()) << explanation_text(why);
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

/// The letters in each column of the timeline.
std::pair<std::string, std::string> marks_of(const explanation& why) {
  std::pair<std::string, std::string> marks;
  for (const twinloop::testing::timeline_line& line : why.timeline) {
    for (const auto& [cell, all] : {std::pair(&line.natural, &marks.first), std::pair(&line.failing, &marks.second)}) {
      if (*cell && ((*cell)->mark == 'A' || (*cell)->mark == 'B')) *all += (*cell)->mark;
    }
  }
  return marks;
}

TEST(explained_rows, mark_each_of_two_jobs_of_one_name_whatever_its_number_is) {
  bool renumbered = false;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const explanation why = explain_row("B09", seed);
    ASSERT_TRUE(why.race && why.race->pair.first_in_failing);
    EXPECT_EQ(marks_of(why), std::pair(std::string("AB"), std::string("BA"))) << "seed " << seed;
    renumbered = renumbered || why.race->pair.first.identity != why.race->pair.first_in_failing->identity;
  }
  EXPECT_TRUE(renumbered)
      << "in none of these runs a job is slow on the pool, and so the other one's number is its own";
}

TEST(explained_rows, tell_apart_two_callbacks_of_one_name_for_scripts_too) {
  const explanation why = explain_row("B09");
  const nlohmann::json race = explanation_json(why).at("race");
  const std::string first = race.at("first"), second = race.at("second");
  const std::regex numbered("(.*) \\(its number (\\d+)\\)");
  std::smatch one, other;
  ASSERT_TRUE(std::regex_match(first, one, numbered)) << first;
  ASSERT_TRUE(std::regex_match(second, other, numbered)) << second;
  EXPECT_EQ(one[1], other[1]);
  EXPECT_NE(one[2], other[2]);
  const std::string text = explanation_text(why);
  EXPECT_NE(text.find("A  " + first + "\n"), std::string::npos) << "as in the text\n" << text;
  EXPECT_NE(text.find("B  " + second + "\n"), std::string::npos) << text;
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
