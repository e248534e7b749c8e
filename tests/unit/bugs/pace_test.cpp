// Goal: a strategy's pace is held against the very runs that it made. Method: a program of a few questions and a source
// that counts; no time is asserted.
#include <gtest/gtest.h>

#include <map>

#include "scenarios/bugs/bench/pace.hpp"

namespace bugs::bench {
namespace {

namespace sim = twinloop::sim;

/// Run number n answers n, n + 1, n + 2, ...
class counting final : public sim::choice_source {
 public:
  explicit counting(std::uint64_t number) : next_(static_cast<std::uint32_t>(number)) {}
  std::uint32_t answer(const sim::question&) override { return next_++; }

 private:
  std::uint32_t next_;
};

TEST(pace, every_run_is_made_twice_by_its_strategy_and_once_from_a_list) {
  std::map<std::vector<std::uint32_t>, std::uint64_t> times;
  std::uint64_t made = 0;
  std::vector<sim::choice_record> record;
  const auto run = [&](sim::choice_source& source) {
    // Asks 2 or 3 questions, as the first answer says.
    record.assign(1, {.n = 1000, .value = source.answer({.n = 1000})});
    const std::size_t asked = 2 + record.front().value % 2;
    while (record.size() < asked) record.push_back({.n = 1000, .value = source.answer({.n = 1000})});
    std::vector<std::uint32_t> answers;
    for (const auto& each : record) answers.push_back(each.value);
    ++times[answers];
    return std::span<const sim::choice_record>(record);
  };
  const auto source = [&](std::uint64_t number) {
    ++made;
    return std::make_unique<counting>(number);
  };
  const pace measured = measure_pace({.first = 10, .schedules = 60, .source = source, .run = run});
  EXPECT_EQ(measured.schedules, 60u);
  EXPECT_EQ(measured.decisions, 150u);  // 30 of 2 and 30 of 3
  EXPECT_EQ(made, 120u);
  ASSERT_EQ(times.size(), 60u);
  EXPECT_EQ(times.begin()->first, (std::vector<std::uint32_t>{10, 11}));
  for (const auto& [answers, count] : times) EXPECT_EQ(count, 3u) << "of run " << answers.front();
}

TEST(pace, overhead_is_what_lists_do_not_cost_shared_among_decisions) {
  const pace measured{.schedules = 1000, .decisions = 50'000, .seconds = 0.02, .listed_seconds = 0.015};
  EXPECT_DOUBLE_EQ(measured.schedules_per_second(), 50'000);
  EXPECT_DOUBLE_EQ(measured.decisions_per_second(), 2'500'000);
  EXPECT_NEAR(measured.overhead_ns(), 100, 1e-9);
  EXPECT_EQ(pace{}.overhead_ns(), 0);
  EXPECT_EQ(pace{}.schedules_per_second(), 0);
}

}  // namespace
}  // namespace bugs::bench
