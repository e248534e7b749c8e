// Goal: two runs side by side show what they share once, what differs where it stands, and fold the rest.
// Method: traces made by hand.
#include "sim/testing/timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>

#include "sim/testing/inverted_pairs.hpp"
#include "sim/testing/waits.hpp"

namespace {

using namespace twinloop::testing;

/// Steps of one process, whose identities are letters.
observation run_of(const std::string& letters) {
  observation seen;
  for (const char letter : letters) {
    trace_step step;
    step.identity = step.label = static_cast<std::uint64_t>(letter);
    step.process = 1;
    step.time = static_cast<std::int64_t>(seen.steps.size()) * 1'000'000;
    seen.steps.push_back(step);
    std::string& name = seen.step_names[step.identity];
    name = "step ";
    name += letter;
    name += " [file.cpp:1]";
  }
  return seen;
}

void touch(observation& seen, char letter, std::uint64_t key) {
  for (trace_step& each : seen.steps) {
    if (each.identity == static_cast<std::uint64_t>(letter)) each.keys.push_back({key, true});
  }
}

/// "a a" for a shared row, "b -", "- c", "b c".
std::vector<std::string> rows(const std::string& natural, const std::string& failing) {
  std::vector<std::string> all;
  for (const timeline_row& row : align(run_of(natural).steps, run_of(failing).steps)) {
    const char left = row.natural == timeline_row::nothing ? '-' : natural[row.natural];
    const char right = row.failing == timeline_row::nothing ? '-' : failing[row.failing];
    EXPECT_EQ(row.alike(), left == right);
    all.push_back({left, ' ', right});
  }
  return all;
}

TEST(timeline, shares_what_both_runs_have_in_the_same_order) {
  EXPECT_EQ(rows("abc", "abc"), (std::vector<std::string>{"a a", "b b", "c c"}));
  EXPECT_EQ(rows("abcd", "acbd").size(), 5u) << "b moved, or c did; the other three are shared";
  EXPECT_EQ(rows("abc", "axc"), (std::vector<std::string>{"a a", "b x", "c c"}));
  EXPECT_EQ(rows("ab", "abc"), (std::vector<std::string>{"a a", "b b", "- c"}));
  EXPECT_EQ(rows("", "a"), (std::vector<std::string>{"- a"}));
  EXPECT_TRUE(rows("", "").empty());
}

/// The longest common order by trying all subsets.
std::size_t longest_by_trying(const std::string& natural, const std::string& failing) {
  std::size_t best = 0;
  for (std::uint32_t subset = 0; subset < 1u << failing.size(); ++subset) {
    std::size_t at = 0, length = 0;
    bool fits = true;
    for (std::size_t i = 0; i < failing.size() && fits; ++i) {
      if ((subset >> i & 1) == 0) continue;
      const std::size_t found = natural.find(failing[i], at);
      fits = found != std::string::npos;
      at = found + 1;
      ++length;
    }
    if (fits) best = std::max(best, length);
  }
  return best;
}

TEST(timeline, shares_as_much_as_can_be_shared_and_shows_every_step_once) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::string natural = "abcdefgh", failing = "abcdxyz";
    for (std::size_t i = natural.size(); i > 1; --i) std::swap(natural[i - 1], natural[random() % i]);
    for (std::size_t i = failing.size(); i > 1; --i) std::swap(failing[i - 1], failing[random() % i]);
    std::string left, right;
    std::size_t shared = 0;
    for (const std::string& row : rows(natural, failing)) {
      if (row[0] != '-') left += row[0];
      if (row[2] != '-') right += row[2];
      shared += row[0] == row[2] ? 1 : 0;
    }
    EXPECT_EQ(left, natural);
    EXPECT_EQ(right, failing);
    EXPECT_EQ(shared, longest_by_trying(natural, failing)) << natural << " | " << failing;
  }
}

TEST(timeline, folds_what_is_alike_and_keeps_one_row_around_what_is_not) {
  const std::vector<timeline_line> lines = fold(run_of("abcdefghij"), run_of("abcdfeghij"), {});
  // Alike: abcd (three folded), one of e and f, g; and then hij, of which the last, where it broke, is shown.
  ASSERT_GE(lines.size(), 5u);
  EXPECT_EQ(lines.front().folded, 3u);
  EXPECT_TRUE(lines.front().folded_alike);
  const auto moved = [](const timeline_line& line) {
    return (line.natural && line.natural->mark == '*') || (line.failing && line.failing->mark == '*');
  };
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(), moved), 2) << "one step, in both columns";
  ASSERT_TRUE(lines.back().failing);
  EXPECT_EQ(lines.back().failing->text, "step j");
}

TEST(timeline, marks_what_one_run_has_alone_and_the_letters_it_is_given) {
  const std::vector<timeline_line> lines = fold(run_of("abc"), run_of("axc"), {{'a', 'A'}});
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].natural->mark, 'A');
  EXPECT_EQ(lines[1].natural->mark, '+');
  EXPECT_EQ(lines[1].failing->mark, '+');
  EXPECT_EQ(lines[2].natural->mark, ' ');
}

TEST(timeline, ends_where_the_failing_run_ends) {
  const std::vector<timeline_line> lines = fold(run_of("abcdef"), run_of("ba"), {});
  ASSERT_FALSE(lines.empty());
  EXPECT_TRUE(lines.back().failing);
}

TEST(timeline, keeps_to_its_width_and_to_its_number_of_rows) {
  observation natural = run_of(""), failing = run_of("");
  for (std::uint64_t i = 0; i < 300; ++i) {
    trace_step step;
    step.identity = i;
    natural.steps.push_back(step);
    natural.step_names[i] = "a/very/long/name/" + std::string(200, 'x') + std::to_string(i);
    step.identity = 299 - i;
    failing.steps.push_back(step);
  }
  failing.step_names = natural.step_names;
  const std::vector<timeline_line> lines = fold(natural, failing, {}, 30);
  EXPECT_LE(lines.size(), 33u) << "and what stands for the others";
  std::istringstream text(timeline_text(lines, 100));
  std::size_t count = 0;
  for (std::string line; std::getline(text, line); ++count) EXPECT_LE(line.size(), 100u) << line;
  EXPECT_EQ(count, lines.size() + 1);
}

TEST(waits, name_what_overtook_a_step) {
  observation natural = run_of("abcd"), failing = run_of("bcda");
  EXPECT_EQ(waits(failing, nullptr).of_step('a'), nullptr) << "nothing is known without the natural run";
  const auto waited_for = [&](char letter) {
    const trace_step* const found = waits(failing, &natural.steps).of_step(static_cast<std::uint64_t>(letter));
    return found == nullptr ? '-' : static_cast<char>(found->identity);
  };
  EXPECT_EQ(waited_for('a'), 'd') << "the last of those that are alike";
  EXPECT_EQ(waited_for('b'), '-') << "nothing overtook it";
  touch(natural, 'a', 9);
  touch(failing, 'c', 9);
  EXPECT_EQ(waited_for('a'), 'c') << "they touch the same thing";
  failing = run_of("bcd");
  EXPECT_EQ(waited_for('a'), 'd') << "it had not run when the failure came";
}

TEST(racing_pairs, are_those_in_another_order_and_the_likeliest_comes_first) {
  observation natural = run_of("abcd"), failing = run_of("acbd");
  std::vector<step_pair> pairs = inverted_pairs(failing, natural);
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].first.identity, std::uint64_t{'b'});
  EXPECT_EQ(pairs[0].second.identity, std::uint64_t{'c'});
  EXPECT_TRUE(pairs[0].first_ran);
  EXPECT_FALSE(pairs[0].share_key);

  failing = run_of("cdba");
  touch(natural, 'b', 5);
  touch(failing, 'd', 5);
  pairs = inverted_pairs(failing, natural);
  EXPECT_EQ(pairs.size(), 5u) << "all but c and d";
  EXPECT_EQ(pairs[0].first.identity, std::uint64_t{'b'}) << "these touch the same thing";
  EXPECT_EQ(pairs[0].second.identity, std::uint64_t{'d'});
  EXPECT_TRUE(pairs[0].share_key);

  EXPECT_FALSE(inverted_pairs(run_of("b"), run_of("ab")).at(0).first_ran);
  EXPECT_TRUE(inverted_pairs(run_of("abc"), run_of("abc")).empty());
}

TEST(racing_pairs, leave_out_what_two_processes_do_by_themselves) {
  observation natural = run_of("ab"), failing = run_of("ba");
  for (observation* each : {&natural, &failing}) {
    for (trace_step& step : each->steps) step.process = step.identity;
  }
  EXPECT_TRUE(inverted_pairs(failing, natural).empty());
}

TEST(waits, name_a_callback_rather_than_that_a_thread_takes_a_job) {
  observation natural = run_of("acd"), failing = run_of("cda");
  failing.step_names['d'] = "server/pool takes a job";
  const trace_step* const found = waits(failing, &natural.steps).of_step('a');
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->identity, std::uint64_t{'c'});
}

TEST(racing_pairs, are_of_one_life_of_their_process) {
  observation natural = run_of("asb"), failing = run_of("sba");
  const auto restart = [](observation& seen) {
    for (trace_step& step : seen.steps) {
      if (step.identity == 's') step.label = step.process;
    }
    seen.step_names['s'] = "server starts";
  };
  EXPECT_FALSE(inverted_pairs(failing, natural).empty()) << "an ordinary step between them does not matter";
  restart(natural);
  restart(failing);
  for (const step_pair& each : inverted_pairs(failing, natural)) {
    EXPECT_NE(each.second.identity, std::uint64_t{'b'}) << "b waited for the restart, a was before it";
  }
}

TEST(racing_pairs, leave_out_what_is_another_step_under_the_same_name) {
  observation natural = run_of("ab"), failing = run_of("ba");
  natural.step_names['b'] = "step b [file.cpp:2]";
  EXPECT_TRUE(inverted_pairs(failing, natural).empty());
}

TEST(racing_pairs, leave_out_that_a_thread_of_the_pool_takes_a_job) {
  observation natural = run_of("ab"), failing = run_of("ba");
  natural.step_names['b'] = failing.step_names['b'] = "server/pool takes a job";
  EXPECT_TRUE(inverted_pairs(failing, natural).empty());
}

/// Step number `later`, from 1, was made by step number `earlier`.
void cause(observation& seen, std::uint64_t earlier, std::uint64_t later) { seen.steps.at(later - 1).cause = earlier; }

TEST(racing_pairs, that_follow_from_others_come_after_these) {
  observation natural = run_of("xaebf"), failing = run_of("xbaef");
  cause(natural, 2, 3);  // e follows a
  cause(failing, 3, 4);
  cause(natural, 4, 5);  // f follows b
  cause(failing, 2, 5);
  const std::vector<step_pair> pairs = inverted_pairs(failing, natural);
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
  const std::vector<step_pair> pairs = inverted_pairs(failing, natural);
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].first.identity, std::uint64_t{'a'}) << "z led to nothing";
  EXPECT_FALSE(pairs[0].doubtful);
  EXPECT_TRUE(pairs[1].doubtful);
}

}  // namespace
