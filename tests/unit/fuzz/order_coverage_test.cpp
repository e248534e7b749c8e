// What is counted about the order of events: who came after whom, what it reached, and nothing about where it leads.
#include "fuzz/order_coverage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace twinloop::fuzz {
namespace {

constexpr std::size_t size = 1 << 12;

class coverage : public ::testing::Test {
 protected:
  /// The counters after a run of events (process, label) of which each reaches the code of the same place in `reached`.
  std::vector<std::uint8_t> run(const std::vector<sim::choice_option>& events, coverage_parts parts = {},
                                const std::vector<std::size_t>& reached = {}) {
    std::vector<std::uint8_t> counters(size);
    code_.fill(0);
    order_coverage counting(counters, code_, parts);
    counting.begin();
    for (std::size_t i = 0; i < events.size(); ++i) {
      counting.happened({i + 1, events[i], 0});
      if (i < reached.size()) ++code_[reached[i]];
    }
    counting.end();
    return counters;
  }
  static std::size_t different(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i) count += (a[i] != 0) != (b[i] != 0);
    return count;
  }
  static sim::choice_option event(std::uint64_t process, std::uint64_t label, std::uint32_t occurrence = 0) {
    sim::choice_option made;
    made.process = process;
    made.label = label;
    made.occurrence = occurrence;
    return made;
  }
  static constexpr coverage_parts pairs{true, false, false};
  static constexpr coverage_parts code{false, true, false};
  std::array<std::uint8_t, 100> code_{};
};

TEST_F(coverage, equal_runs_count_equally) {
  const std::vector<sim::choice_option> events = {event(1, 10), event(1, 11), event(2, 12)};
  EXPECT_EQ(run(events), run(events));
}

TEST_F(coverage, two_orders_of_one_process_differ) {
  EXPECT_GT(different(run({event(1, 10), event(1, 11)}, pairs), run({event(1, 11), event(1, 10)}, pairs)), 0u);
}

TEST_F(coverage, the_order_between_processes_that_share_nothing_does_not_count) {
  EXPECT_EQ(run({event(1, 10), event(2, 11)}, pairs), run({event(2, 11), event(1, 10)}, pairs));
}

TEST_F(coverage, the_order_on_a_shared_key_counts) {
  const std::array<sim::conflict_key, 1> key = {{{99, true}}};
  sim::choice_option first = event(1, 10);
  sim::choice_option second = event(2, 11);
  first.keys = second.keys = key;
  EXPECT_GT(different(run({first, second}, pairs), run({second, first}, pairs)), 0u);
}

TEST_F(coverage, repetition_counts_up_and_stops_at_255) {
  const std::vector<sim::choice_option> events(1000, event(1, 10));
  const auto counters = run(events, pairs);
  EXPECT_EQ(*std::max_element(counters.begin(), counters.end()), 255);
}

TEST_F(coverage, the_same_events_that_reach_other_code_differ) {
  const std::vector<sim::choice_option> events = {event(1, 10), event(1, 10, 1)};
  EXPECT_EQ(run(events, code, {3, 3}), run(events, code, {3, 3}));
  EXPECT_GT(different(run(events, code, {3, 3}), run(events, code, {3, 4})), 0u);
}

TEST_F(coverage, getting_further_with_the_same_code_is_news_for_each_occurrence) {
  // Three events of one name that reach the same code: one more that does so is one more feature.
  const std::vector<sim::choice_option> events = {event(1, 10, 0), event(1, 10, 1), event(1, 10, 2)};
  EXPECT_EQ(different(run(events, code, {7, 7, 8}), run(events, code, {7, 7, 7})), 2u);  // one gone, one new
}

TEST_F(coverage, what_is_switched_off_is_not_counted) {
  const auto counters = run({event(1, 10), event(1, 11)}, {false, false, false}, {1, 2});
  EXPECT_EQ(std::count(counters.begin(), counters.end(), 0), static_cast<std::ptrdiff_t>(size));
}

}  // namespace
}  // namespace twinloop::fuzz
