// Bytes as a run: any input is legal, an empty one is the natural run, the two streams are apart, and a recorded run
// encodes to an input that repeats it.
#include "fuzz/target_source.hpp"

#include <gtest/gtest.h>

#include <array>
#include <tuple>

#include "sim/testing/run.hpp"
#include "tests/unit/testing/stories.hpp"

namespace twinloop::fuzz {
namespace {

using sim::choice_kind;

sim::question ask(choice_kind kind, std::uint32_t n) { return {kind, 1, 0, n, {}}; }
std::vector<std::byte> input(std::initializer_list<int> schedule, std::initializer_list<int> data) {
  std::vector<std::byte> first;
  std::vector<std::byte> second;
  for (const int each : schedule) first.push_back(static_cast<std::byte>(each));
  for (const int each : data) second.push_back(static_cast<std::byte>(each));
  return sim::join_bytes({first, second});
}
constexpr std::uint32_t all_kinds = (1u << sim::choice_kinds) - 1;

TEST(target_source, schedule_and_data_are_read_apart) {
  const auto bytes = input({5, 6}, {7, 8});
  target_source source(bytes, all_kinds, nullptr);
  EXPECT_EQ(source.answer(ask(choice_kind::user, 100)), 7u);
  EXPECT_EQ(source.answer(ask(choice_kind::pick, 100)), 5u);
  EXPECT_EQ(source.answer(ask(choice_kind::user, 100)), 8u);
  EXPECT_EQ(source.answer(ask(choice_kind::defer, 8)), 6u);
  EXPECT_EQ(source.answer(ask(choice_kind::pick, 100)), 0u);  // used up
  EXPECT_EQ(source.answer(ask(choice_kind::user, 100)), 0u);
  EXPECT_TRUE(source.trace().schedule_wanted && source.trace().data_wanted);
  EXPECT_EQ(source.trace().schedule, (std::vector<std::uint32_t>{100, 8}));
}

TEST(target_source, kinds_that_may_not_deviate_cost_no_byte) {
  const auto bytes = input({3}, {});
  target_source source(bytes, sim::bit(choice_kind::pick), nullptr);
  EXPECT_EQ(source.answer(ask(choice_kind::crash, 2)), 0u);
  EXPECT_EQ(source.answer(ask(choice_kind::pick, 4)), 3u);
}

TEST(target_source, faults_and_late_timers_keep_to_a_budget) {
  for (const choice_kind kind : {choice_kind::crash, choice_kind::net_fault, choice_kind::timer_late}) {
    std::vector<std::byte> ones(50, std::byte{1});
    const auto bytes = sim::join_bytes({ones, {}});
    target_source source(bytes, all_kinds, nullptr);
    std::uint32_t deviations = 0;
    for (int i = 0; i < 50; ++i) deviations += source.answer(ask(kind, 2));
    EXPECT_EQ(deviations, 3u) << sim::name(kind);
  }
}

TEST(target_source, completions_come_one_at_a_time_unless_there_is_no_schedule) {
  const auto some = input({1}, {});
  target_source scheduled(some, all_kinds, nullptr);
  EXPECT_EQ(scheduled.answer(ask(choice_kind::batch, 9)), 1u);
  (void)scheduled.answer(ask(choice_kind::pick, 2));
  EXPECT_EQ(scheduled.answer(ask(choice_kind::batch, 9)), 1u);
  const auto none = input({}, {1, 2});
  EXPECT_EQ(target_source(none, all_kinds, nullptr).answer(ask(choice_kind::batch, 9)), 0u);
}

TEST(target_source, milestones_say_what_led_to_an_event_and_count_answers_behind_the_end) {
  std::array<std::uint8_t, 64> counters{};
  std::array<std::uint8_t, 4> code{};
  order_coverage coverage(counters, code, {});
  coverage.begin();
  const auto bytes = input({2, 1, 0}, {9});
  target_source source(bytes, all_kinds, &coverage);
  const auto happen = [&](std::uint64_t label) {
    sim::step step;
    step.what.label = label;
    source.happened(step);
    ++code[label];
  };
  (void)source.answer(ask(choice_kind::pick, 3));
  (void)source.answer(ask(choice_kind::user, 100));  // of the data, not of the schedule
  happen(1);
  (void)source.answer(ask(choice_kind::defer, 16));
  (void)source.answer(ask(choice_kind::pick, 3));
  (void)source.answer(ask(choice_kind::pick, 3));  // behind the end
  happen(2);
  const auto met = source.end();
  ASSERT_EQ(met.size(), 2u);
  EXPECT_NE(met[0].reaction, met[1].reaction);
  EXPECT_EQ(std::tuple(met[0].answers, met[0].amounts, met[0].other_picks), std::tuple(1u, 0u, 1u));
  EXPECT_EQ(std::tuple(met[1].answers, met[1].amounts, met[1].other_picks), std::tuple(4u, 1u, 1u));
  EXPECT_EQ(source.asked().size(), 4u);
  EXPECT_EQ(source.asked()[1].kind, choice_kind::defer);
}

TEST(target_source, the_empty_input_is_the_natural_run) {
  const testing::subject what = stories::subject("two_deviations");
  sim::world world;
  const std::uint64_t natural = testing::run_in(world, {&what, nullptr, 0, 0, nullptr, false}).hash;
  for (const std::vector<std::byte>& empty : {std::vector<std::byte>{}, input({}, {}), std::vector<std::byte>(1)}) {
    target_source source(empty, what.kinds, nullptr);
    EXPECT_EQ(testing::run_in(world, {&what, &source, 0, 0, nullptr, false}).hash, natural);
  }
}

TEST(target_source, a_recorded_run_encodes_to_an_input_that_repeats_it) {
  const testing::subject what = stories::subject("two_deviations");
  sim::world world;
  for (std::uint64_t run = 1000; run < 1040; ++run) {
    const auto search = sim::make_source(sim::plan_run(1, run, what.kinds));
    const testing::run_result searched = testing::run_in(world, {&what, search.get(), 0, 0, nullptr, false});
    const std::vector<std::byte> bytes = encode(world.choices());
    target_source source(bytes, what.kinds, nullptr);
    const testing::run_result again = testing::run_in(world, {&what, &source, 0, 0, nullptr, false});
    // Runs whose plan delivers in batches are the exception: an input always delivers one at a time.
    if (again.hash != searched.hash) {
      bool batches = false;
      for (const sim::choice_record& made : world.choices()) batches |= made.kind == choice_kind::batch;
      EXPECT_TRUE(batches) << "run " << run;
    }
  }
}

TEST(target_source, any_bytes_are_a_legal_run) {
  const testing::subject what = stories::subject("clean");
  sim::world world;
  sim::random_stream random(1);
  for (int run = 0; run < 200; ++run) {
    std::vector<std::byte> bytes(random.below(80));
    for (std::byte& each : bytes) each = static_cast<std::byte>(random.below(256));
    target_source source(bytes, what.kinds, nullptr);
    EXPECT_EQ(testing::run_in(world, {&what, &source, 0, 0, nullptr, false}).ended, sim::outcome::clean);
  }
}

}  // namespace
}  // namespace twinloop::fuzz
