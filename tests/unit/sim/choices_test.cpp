// Choices: plans, recordings and replay, apart from any world.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "twinloop/strategies.hpp"

namespace twinloop::sim {
namespace {

TEST(choices, every_kind_has_a_name_that_reads_back) {
  for (std::size_t kind = 0; kind < choice_kinds; ++kind) {
    EXPECT_EQ(parse_choice_kind(name(static_cast<choice_kind>(kind))), kind);
  }
  EXPECT_EQ(parse_choice_kind("no such kind"), choice_kinds);
}

TEST(choices, reserved_kinds_keep_their_place_and_are_no_orders) {
  EXPECT_EQ(reserved_kinds(), bit(choice_kind::net_fault) | bit(choice_kind::exhaust) | bit(choice_kind::clock) |
                                  bit(choice_kind::signal));
  EXPECT_EQ(reserved_kinds() & order_kinds(), 0u);
}

TEST(choices, the_first_two_runs_of_every_search_are_natural) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    EXPECT_EQ(plan_run(seed, 0, order_kinds()).how, strategy::natural);
    EXPECT_EQ(plan_run(seed, 1, order_kinds()).how, strategy::natural);
    EXPECT_NE(plan_run(seed, 2, order_kinds()).how, strategy::natural);
  }
}

TEST(choices, masked_kinds_are_answered_naturally) {
  for (std::uint64_t run = 2; run < 40; ++run) {
    auto source = make_source(plan_run(1, run, bit(choice_kind::pick)));
    for (std::uint32_t i = 0; i < 50; ++i) EXPECT_EQ(source->answer({choice_kind::latency, 1, i, 4, {}}), 0u);
    for (std::uint32_t i = 0; i < 50; ++i) EXPECT_EQ(source->answer({choice_kind::crash, 1, i, 3, {}}), 0u);
  }
}

TEST(choices, out_of_the_blue_faults_keep_to_their_budget) {
  for (std::uint64_t run = 2; run < 60; ++run) {
    const search_plan plan = plan_run(5, run, order_kinds() | bit(choice_kind::crash));
    auto source = make_source(plan);
    std::uint32_t crashes = 0;
    for (std::uint32_t i = 0; i < 5000; ++i) crashes += source->answer({choice_kind::crash, 1, i, 3, {}}) != 0;
    EXPECT_LE(crashes, plan.fault_budget);
  }
}

TEST(choices, bytes_decode_by_modulus_and_end_naturally) {
  const std::byte bytes[] = {std::byte{7}, std::byte{0x34}, std::byte{0x12}};
  byte_source source(bytes);
  EXPECT_EQ(source.answer({choice_kind::user, 1, 0, 5, {}}), 2u);
  EXPECT_EQ(source.answer({choice_kind::user, 1, 1, 1000, {}}), 0x1234u % 1000);
  EXPECT_EQ(source.answer({choice_kind::user, 1, 2, 5, {}}), 0u);
}

TEST(choices, wide_questions_take_two_or_four_bytes) {
  const std::byte bytes[] = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}, std::byte{5}, std::byte{6}};
  byte_source source(bytes);
  EXPECT_EQ(source.answer({choice_kind::user, 1, 0, UINT32_MAX, {}}), 0x04030201u);
  EXPECT_EQ(source.answer({choice_kind::user, 1, 1, 65536, {}}), 0x0605u);
}

TEST(choices, an_input_splits_into_schedule_and_data_and_joins_again) {
  std::vector<std::byte> schedule(300, std::byte{1});
  const std::vector<std::byte> data(5, std::byte{2});
  const std::vector<std::byte> input = join_bytes({schedule, data});
  const byte_streams parts = split_bytes(input);
  EXPECT_EQ(parts.schedule.size(), 300u);
  EXPECT_EQ(parts.data.size(), 5u);
  byte_source source(parts);
  EXPECT_EQ(source.answer({choice_kind::user, 1, 0, 5, {}}), 2u);
  EXPECT_EQ(source.answer({choice_kind::pick, 1, 0, 5, {}}), 1u);
  const std::byte claims_too_much[] = {std::byte{200}, std::byte{0}, std::byte{9}};
  EXPECT_EQ(split_bytes(claims_too_much).schedule.size(), 1u);
  EXPECT_TRUE(split_bytes(std::span(claims_too_much, 1)).schedule.empty());
}

TEST(choices, strict_replay_names_the_first_question_that_differs) {
  std::vector<choice_record> records(2);
  records[0] = {11, 0, 0, 0, 3, 2, choice_kind::defer, {}};
  records[1] = {12, 0, 0, 0, 4, 1, choice_kind::latency, {}};
  replay_source source(records, replay_source::matching::strict);
  EXPECT_EQ(source.answer({choice_kind::defer, 11, 0, 3, {}}), 2u);
  EXPECT_EQ(source.answer({choice_kind::latency, 12, 0, 5, {}}), 0u);  // n differs
  ASSERT_NE(source.first_divergence(), nullptr);
  EXPECT_EQ(source.first_divergence()->index, 1u);
  EXPECT_EQ(source.first_divergence()->expected.n, 4u);
  EXPECT_EQ(source.first_divergence()->asked.n, 5u);
}

TEST(choices, a_recording_can_be_read_through_its_memory_alone) {
  std::vector<std::uint64_t> memory(4096);
  recording writer(std::as_writable_bytes(std::span(memory)));
  writer.begin(7);
  for (std::uint32_t i = 0; i < 10; ++i) writer.append({i, 0, 0, 0, 2, 1, choice_kind::user, {}});
  std::vector<std::uint64_t> copy = memory;  // what another process sees
  recording reader(std::as_writable_bytes(std::span(copy)));
  EXPECT_EQ(reader.head().run, 7u);
  EXPECT_EQ(reader.head().running, 1u);
  ASSERT_EQ(reader.records().size(), 10u);
  EXPECT_EQ(reader.records()[9].label, 9u);
}

TEST(choices, a_full_recording_says_so_and_keeps_what_it_has) {
  recording small(8 * 1024);
  small.begin(0);
  for (std::uint32_t i = 0; i < 1000; ++i) small.append({i, 0, 0, 0, 2, 1, choice_kind::user, {}});
  EXPECT_EQ(small.head().overflow, 1u);
  EXPECT_EQ(small.records().back().label, small.records().size() - 1);
}

}  // namespace
}  // namespace twinloop::sim
