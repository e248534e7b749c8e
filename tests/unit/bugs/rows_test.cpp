// Goal: each row of the bug benchmark is what it says: a bug that the natural order does not show (two rows: does),
// that the default search finds and a replay repeats, and that the fixed twin does not have. Method: the rows in one
// world, reset for each run; searches under a fixed seed.
#include <gtest/gtest.h>

#include <stdexcept>

#include "scenarios/bugs/bench/contenders.hpp"
#include "scenarios/bugs/rows.hpp"
#include "sim/testing/run.hpp"

namespace bugs {
namespace {

using twinloop::testing::run_result;
using twinloop::testing::subject;

constexpr std::uint64_t seed = 7;
constexpr std::uint64_t find_within = 2000;  // schedules: ten times what the targets ask of one search
constexpr std::uint64_t clean_runs = 300;
constexpr std::uint64_t crowded_runs = 60;

class bug_row : public testing::TestWithParam<const row*> {
 protected:
  subject twin(bool buggy, twinloop::testing::configuration settings = {}) const {
    return twinloop::testing::make_subject(make_scenario(*GetParam(), buggy), std::move(settings));
  }
  run_result run(const subject& what, sim::choice_source* source) {
    return twinloop::testing::run_in(world_, {&what, source, seed, 0, &record_, false});
  }
  bench::contender default_search(const subject& what) {
    return {bench::default_search, seed, what.kinds,
            [&](sim::choice_source& source) { return run(what, &source).ended == sim::outcome::clean; }};
  }
  sim::recording record_{std::size_t{8} << 20};  // 64 clients ask for more choices than a world's own memory holds
  sim::world world_;
};

TEST_P(bug_row, shows_its_bug_in_the_natural_order_only_if_it_says_so) {
  const run_result natural = run(twin(true), nullptr);
  if (GetParam()->fails_naturally) {
    EXPECT_EQ(natural.broke.name, GetParam()->oracle);
  } else {
    EXPECT_EQ(natural.ended, sim::outcome::clean) << natural.report;
  }
}

TEST_P(bug_row, is_found_by_the_default_search_and_replays_with_the_same_hash) {
  if (GetParam()->control) return;  // blind sampling does not find it: that is what the row is for
  const subject what = twin(true);
  const bench::contender search = default_search(what);
  std::uint64_t number = 0;
  run_result found;
  while (number < find_within && found.broke.name != GetParam()->oracle) {
    const auto source = search.source(number++);
    found = run(what, source.get());
    const bool expected = found.ended == sim::outcome::clean || found.broke.name == GetParam()->oracle;
    ASSERT_TRUE(expected) << "run " << number - 1 << "\n" << found.report;
  }
  ASSERT_EQ(found.broke.name, GetParam()->oracle) << "not found within " << find_within << " schedules";
  const auto made = world_.choices();
  sim::replay_source again({made.begin(), made.end()}, sim::replay_source::matching::strict);
  const run_result repeated = run(what, &again);
  EXPECT_EQ(again.first_divergence(), nullptr);
  EXPECT_EQ(repeated.hash, found.hash);
  EXPECT_EQ(repeated.broke.name, found.broke.name);
}

TEST_P(bug_row, is_clean_when_fixed) {
  const subject what = twin(false);
  const bench::contender search = default_search(what);
  for (std::uint64_t number = 0; number < clean_runs; ++number) {
    const auto source = search.source(number);
    const run_result ended = run(what, source.get());
    ASSERT_EQ(ended.ended, sim::outcome::clean) << "run " << number << "\n" << ended.report;
  }
}

TEST_P(bug_row, is_as_said_at_another_size) {
  const twinloop::testing::configuration larger{
      {"clients", std::to_string(GetParam()->clients + 1)}, {"noise_chains", "3"}, {"noise_length", "4"}};
  const run_result buggy = run(twin(true, larger), nullptr);
  EXPECT_EQ(buggy.ended == sim::outcome::clean, !GetParam()->fails_naturally) << buggy.report;
  const run_result fixed = run(twin(false, larger), nullptr);
  EXPECT_EQ(fixed.ended, sim::outcome::clean) << fixed.report;
}

// So many actors meet limits that the few of a row by itself do not, such as the length of a backlog.
TEST_P(bug_row, is_clean_when_fixed_with_as_many_clients_as_there_can_be) {
  const subject what = twin(false, {{"clients", "64"}});
  const bench::contender search = default_search(what);
  for (std::uint64_t number = 0; number < crowded_runs; ++number) {
    const auto source = search.source(number);
    const run_result ended = run(what, source.get());
    ASSERT_EQ(ended.ended, sim::outcome::clean) << "run " << number << "\n" << ended.report;
  }
}

TEST_P(bug_row, is_clean_when_fixed_and_links_differ) {
  const subject what = twin(false, {{"latency", "spread"}});
  const bench::contender search = default_search(what);
  for (std::uint64_t number = 0; number < clean_runs / 5; ++number) {
    const auto source = search.source(number);
    const run_result ended = run(what, source.get());
    ASSERT_EQ(ended.ended, sim::outcome::clean) << "run " << number << "\n" << ended.report;
  }
}

std::string name_of(const testing::TestParamInfo<const row*>& tested) { return tested.param->id; }
INSTANTIATE_TEST_SUITE_P(bugs, bug_row, testing::ValuesIn(all_rows().begin(), all_rows().end()), name_of);

TEST(bug_rows, number_from_b01_to_b31_without_a_gap) {
  ASSERT_EQ(all_rows().size(), 31u);
  for (std::size_t i = 0; i < all_rows().size(); ++i) {
    const std::string number = std::to_string(i + 1);
    EXPECT_EQ(all_rows()[i]->id, (i + 1 < 10 ? "B0" : "B") + number);
    EXPECT_EQ(all_rows()[i]->fixed_id, std::string(all_rows()[i]->id) + ".fixed");
    const std::string oracle = all_rows()[i]->oracle;
    EXPECT_TRUE(oracle == "hang" || oracle.substr(0, 4) == std::string(all_rows()[i]->id) + ".") << oracle;
  }
}

TEST(bug_dials, are_read_from_the_settings_of_a_scenario) {
  const row& first = *all_rows().front();
  const dials standard = read_dials(twinloop::testing::make_subject(make_scenario(first, true), {}).settings);
  EXPECT_TRUE(standard.buggy);
  EXPECT_EQ(standard.clients, first.clients);
  const dials read = read_dials(
      {{"twin", "fixed"}, {"clients", "3"}, {"noise_chains", "0"}, {"noise_length", "7"}, {"latency", "spread"}});
  EXPECT_FALSE(read.buggy);
  EXPECT_EQ(read.clients, 3u);
  EXPECT_EQ(read.noise_chains, 0u);
  EXPECT_EQ(read.noise_length, 7u);
  EXPECT_TRUE(read.spread_latency);
}

TEST(bug_dials, outside_their_limits_are_refused) {
  const row& first = *all_rows().front();
  for (const twinloop::testing::configuration& wrong :
       std::vector<twinloop::testing::configuration>{{{"clients", "0"}},
                                                     {{"clients", "65"}},
                                                     {{"noise_chains", "9999"}},
                                                     {{"noise_length", "many"}},
                                                     {{"latency", "slow"}},
                                                     {{"twin", ""}}}) {
    EXPECT_THROW(twinloop::testing::make_subject(make_scenario(first, true), wrong), std::invalid_argument)
        << wrong.begin()->first;
  }
}

}  // namespace
}  // namespace bugs
