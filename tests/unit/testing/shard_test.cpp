// Goal: shards never overlap and are together the whole search, however large it is and whatever its rotation.
// Method: counts, over many sizes; sets of numbers against a plain std::set.
#include "sim/testing/shard.hpp"

#include <gtest/gtest.h>

#include <set>

#include "sim/testing/budget.hpp"
#include "sim/testing/interval_set.hpp"

namespace {

using namespace twinloop::testing;

TEST(shards, never_overlap_and_are_together_the_whole_search) {
  for (const std::uint64_t of : {1, 2, 3, 4, 7, 64}) {
    for (const std::uint64_t runs : {1, 2, 63, 64, 100, 1000}) {
      std::vector<int> times(runs, 0);
      std::uint64_t places = 0;
      for (std::uint64_t index = 1; index <= of; ++index) {
        const shard part{index, of};
        places += part.places(runs);
        for (std::uint64_t place = 0; place < part.places(runs); ++place) {
          const std::uint64_t run = part.run_at(place);
          ASSERT_LT(run, runs);
          ++times[run];
          EXPECT_EQ(part.place_of(run), place);
        }
      }
      EXPECT_EQ(places, runs);
      for (std::uint64_t run = 0; run < runs; ++run) EXPECT_EQ(times[run], 1) << run << " of " << runs << " in " << of;
    }
  }
}

TEST(shards, do_not_follow_a_rotation) {
  // A strategy that every twentieth run has must come up in each of twenty shards, about equally often.
  for (std::uint64_t index = 1; index <= 20; ++index) {
    int hits = 0;
    for (std::uint64_t place = 0; place < 2000; ++place) hits += shard{index, 20}.run_at(place) % 20 == 7 ? 1 : 0;
    EXPECT_GT(hits, 50);
    EXPECT_LT(hits, 150);
  }
}

TEST(shards, are_written_as_two_numbers) {
  EXPECT_EQ(shard::parse("2/4"), (shard{2, 4}));
  EXPECT_EQ((shard{2, 4}).text(), "2/4");
  for (const char* text : {"", "/", "0/4", "5/4", "1", "1/0", "1/x", "-1/4", "1/2/3", " 1/2"}) {
    EXPECT_FALSE(shard::parse(text)) << text;
  }
}

TEST(interval_set, holds_what_was_added) {
  interval_set set;
  std::set<std::uint64_t> plain;
  std::uint64_t state = 1;
  for (int i = 0; i < 300; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const std::uint64_t begin = (state >> 33) % 500;
    const std::uint64_t end = begin + (state >> 50) % 6;
    set.add(begin, end);
    for (std::uint64_t at = begin; at < end; ++at) plain.insert(at);
    ASSERT_EQ(set.size(), plain.size());
  }
  for (std::uint64_t at = 0; at < 520; ++at) EXPECT_EQ(set.contains(at), plain.contains(at)) << at;
  for (std::size_t i = 1; i < set.parts().size(); ++i) EXPECT_LT(set.parts()[i - 1].end, set.parts()[i].begin);
}

TEST(interval_set, gives_its_gaps_in_order) {
  interval_set set;
  set.add(2, 4);
  set.add(6, 8);
  EXPECT_EQ(set.next_gap(0, 10), (interval{0, 2}));
  EXPECT_EQ(set.next_gap(2, 10), (interval{4, 6}));
  EXPECT_EQ(set.next_gap(7, 10), (interval{8, 10}));
  EXPECT_EQ(set.next_gap(2, 5), (interval{4, 5}));
  EXPECT_EQ(set.next_gap(6, 8), (interval{}));
  EXPECT_EQ(set.next_gap(0, 0), (interval{}));
}

TEST(interval_set, includes_what_it_has_all_of) {
  interval_set large;
  large.add(0, 10);
  large.add(20, 30);
  interval_set small;
  small.add(2, 5);
  small.add(20, 30);
  EXPECT_TRUE(large.includes(small));
  EXPECT_FALSE(small.includes(large));
  small.add(10, 11);
  EXPECT_FALSE(large.includes(small));
}

TEST(budget, is_time_or_runs_or_both) {
  std::string error;
  EXPECT_EQ(parse_budget("30s", error)->seconds, 30);
  EXPECT_EQ(parse_budget("1.5m", error)->seconds, 90);
  EXPECT_EQ(parse_budget("2h", error)->seconds, 7200);
  EXPECT_EQ(parse_budget("10000runs", error)->runs, 10'000u);
  EXPECT_EQ(parse_budget("500", error)->runs, 500u);
  const auto both = parse_budget("5m,1000runs", error);
  EXPECT_EQ(both->seconds, 300);
  EXPECT_EQ(both->runs, 1000u);
  EXPECT_EQ(error, "");
  for (const char* text : {"", "s", "5x", "-3s", "0s", "1.5runs", "5m,", "ten"}) {
    error.clear();
    EXPECT_FALSE(parse_budget(text, error)) << text;
    EXPECT_NE(error.find("write it as"), std::string::npos);
  }
}

}  // namespace
