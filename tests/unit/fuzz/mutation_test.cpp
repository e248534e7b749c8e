// The mutator keeps to what an input is: two lists of answers. It changes one without shifting the other, never grows
// beyond the limit, and with a trace wastes nothing on bytes that answer nothing.
#include "fuzz/mutation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace twinloop::fuzz {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> made;
  for (const int value : values) made.push_back(static_cast<std::byte>(value));
  return made;
}

std::vector<std::byte> input(const std::vector<std::byte>& schedule, const std::vector<std::byte>& data) {
  return sim::join_bytes({schedule, data});
}

bool equal(std::span<const std::byte> a, const std::vector<std::byte>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

TEST(mutation, no_input_grows_beyond_the_limit) {
  sim::random_stream random(1);
  std::vector<std::byte> current;
  for (int i = 0; i < 20'000; ++i) {
    const std::size_t limit = 1 + random.below(64);
    current = mutate(current, nullptr, limit, random);
    ASSERT_LE(current.size(), limit);
  }
}

TEST(mutation, equal_seeds_give_equal_mutations) {
  const auto from = input(bytes({1, 2, 3}), bytes({4}));
  for (unsigned seed = 0; seed < 50; ++seed) {
    sim::random_stream first(seed);
    sim::random_stream second(seed);
    EXPECT_EQ(mutate(from, nullptr, 100, first), mutate(from, nullptr, 100, second));
  }
}

TEST(mutation, the_list_of_values_is_not_shifted_by_changes_of_the_order) {
  // The run of this input asked for orders only: the data stays as it is, whatever becomes of the schedule.
  const auto data = bytes({9, 8, 7});
  const auto from = input(bytes({0, 1, 0, 1}), data);
  input_trace known;
  known.schedule = {3, 3, 3, 3};
  sim::random_stream random(2);
  std::set<std::size_t> lengths;
  for (int i = 0; i < 500; ++i) {
    const auto made = mutate(from, &known, 1000, random);
    const sim::byte_streams parts = sim::split_bytes(made);
    EXPECT_TRUE(equal(parts.data, data));
    lengths.insert(parts.schedule.size());
  }
  EXPECT_GT(lengths.size(), 3u);  // spans came and went
}

TEST(mutation, bytes_that_no_question_used_are_dropped) {
  std::vector<std::byte> long_schedule(200, std::byte{1});
  input_trace known;
  known.schedule = {4, 4, 4, 4, 4};  // five were used
  sim::random_stream random(3);
  for (int i = 0; i < 200; ++i) {
    const auto made = mutate(input(long_schedule, {}), &known, 1000, random);
    EXPECT_LT(sim::split_bytes(made).schedule.size(), 120u);  // five and a few inserted ones
  }
}

TEST(mutation, with_a_trace_every_byte_stays_below_the_bound_of_its_question) {
  input_trace known;
  known.schedule.assign(30, 3);
  sim::random_stream random(4);
  const std::vector<std::byte> schedule(30, std::byte{2});
  for (int i = 0; i < 500; ++i) {
    const auto made = mutate(input(schedule, {}), &known, 32, random);
    for (const std::byte each : sim::split_bytes(made).schedule) EXPECT_LT(static_cast<int>(each), 3);
  }
}

TEST(mutation, every_kind_of_change_occurs) {
  const auto schedule = bytes({1, 2, 3, 4, 5, 6});
  sim::random_stream random(5);
  bool shorter = false;
  bool longer = false;
  bool one_changed = false;
  bool swapped = false;
  for (int i = 0; i < 3000; ++i) {
    input_trace known;
    known.schedule.assign(6, 200);
    const auto made = mutate(input(schedule, {}), &known, 100, random);
    const auto parts = sim::split_bytes(made);
    shorter |= parts.schedule.size() < 6;
    longer |= parts.schedule.size() > 6;
    if (parts.schedule.size() != 6) continue;
    int differences = 0;
    for (std::size_t at = 0; at < 6; ++at) differences += parts.schedule[at] != schedule[at];
    one_changed |= differences == 1;
    swapped |= differences == 2 && parts.schedule[0] == schedule[1] && parts.schedule[1] == schedule[0];
  }
  EXPECT_TRUE(shorter && longer && one_changed && swapped);
}

TEST(mutation, a_cross_over_begins_like_one_parent_and_ends_like_the_other) {
  const std::vector<std::byte> ones(20, std::byte{1});
  const std::vector<std::byte> twos(20, std::byte{2});
  sim::random_stream random(6);
  for (int i = 0; i < 200; ++i) {
    const auto made = cross_over(input(ones, ones), input(twos, twos), 1000, random);
    for (const auto part : {sim::split_bytes(made).schedule, sim::split_bytes(made).data}) {
      EXPECT_EQ(part.size(), 20u);
      EXPECT_TRUE(std::is_sorted(part.begin(), part.end()));
    }
  }
}

}  // namespace
}  // namespace twinloop::fuzz
