// Goal: two runs side by side show what they share once, what differs where it stands, and fold the rest.
// Method: traces made by hand.
#include "sim/testing/timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>

#include "sim/testing/waits.hpp"
#include "tests/unit/testing/hand_made_runs.hpp"

namespace {

using namespace twinloop::testing;

using hand_made::run_of;
using hand_made::touch;

/// "a a" for a shared row, "b -", "- c", "b c".
std::vector<std::string> rows(const std::string& natural, const std::string& failing) {
  std::vector<std::string> all;
  for (const timeline_row& row : align(run_of(natural), run_of(failing))) {
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

TEST(timeline, puts_no_two_steps_in_one_row_that_only_have_a_number_in_common) {
  const observation natural = run_of("ab");
  observation failing = natural;
  failing.step_names['b'] = "server is woken by a post";
  const std::vector<timeline_row> all = align(natural, failing);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_TRUE(all[0].alike());
  EXPECT_FALSE(all[1].alike());
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
  const std::vector<timeline_line> lines = fold(run_of("abc"), run_of("axc"), {{'a', 'a', 'A'}});
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

TEST(waits, name_a_callback_rather_than_that_a_thread_takes_a_job) {
  observation natural = run_of("acd"), failing = run_of("cda");
  failing.step_names['d'] = "server/pool takes a job";
  const trace_step* const found = waits(failing, &natural.steps).of_step('a');
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->identity, std::uint64_t{'c'});
}

}  // namespace
