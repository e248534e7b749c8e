// Goal: B24 is a needle and not a wall: its path can be taken, and who hears how far each run came finds it, where a
// blind search does not come near. Method: runs whose answers are the best prefix so far and random from there.
#include "scenarios/bugs/needle.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace bugs {
namespace {

/// Answers a list, then draws: which of the ready things goes on, one at a time; everything else is natural.
class extending_source final : public sim::choice_source {
 public:
  extending_source(std::vector<std::uint32_t> prefix, std::uint64_t seed)
      : random_(seed), answers_(std::move(prefix)) {}

  std::uint32_t answer(const sim::question& asked) override {
    if (next_ == answers_.size()) answers_.push_back(draw(asked));
    return answers_[next_++];
  }
  std::vector<std::uint32_t> answers_so_far() const {
    return {answers_.begin(), answers_.begin() + static_cast<std::ptrdiff_t>(next_)};
  }

 private:
  std::uint32_t draw(const sim::question& asked) {
    if (asked.kind == sim::choice_kind::batch) return 1;
    return asked.kind == sim::choice_kind::pick ? static_cast<std::uint32_t>(random_() % asked.n) : 0;
  }

  std::mt19937_64 random_;
  std::vector<std::uint32_t> answers_;
  std::size_t next_ = 0;
};

struct ended_run {
  std::uint32_t matched = 0;
  std::vector<std::uint32_t> answers;  // up to the last step on the path
  std::string failure;                 // empty when clean
};

ended_run run_once(sim::choice_source* source, const extending_source* extending, bool buggy = true) {
  ended_run ended;
  sim::world world({.source = source});
  dials dial;
  dial.buggy = buggy;
  dial.noise_chains = 0;
  run_needle(world, dial, [&](std::uint32_t matched) {
    ended.matched = matched;
    if (extending != nullptr) ended.answers = extending->answers_so_far();
  });
  if (!world.report().clean()) ended.failure = world.report().failures.front().name;
  return ended;
}

TEST(needle, its_path_has_45_steps_that_the_three_chains_can_make) {
  const auto path = needle_path();
  ASSERT_EQ(path.size(), 45u);
  for (std::uint8_t chain : {0, 1, 2}) EXPECT_LE(std::count(path.begin(), path.end(), chain), 30);
  EXPECT_LE(*std::max_element(path.begin(), path.end()), 2);
}

TEST(needle, the_number_of_steps_on_the_path_leads_a_search_to_the_bug) {
  ended_run best;
  std::uint64_t runs = 0;
  while (best.failure.empty() && runs < 3000) {
    extending_source source(best.answers, ++runs);
    ended_run ended = run_once(&source, &source);
    if (ended.matched > best.matched) best = std::move(ended);
  }
  EXPECT_EQ(best.failure, "B24.controller_goes_on") << "after " << runs << " runs and " << best.matched << " steps";
  EXPECT_EQ(best.matched, 45u);
  extending_source again(best.answers, 0);
  EXPECT_EQ(run_once(&again, &again, false).failure, "") << "the fixed twin goes on";
}

TEST(needle, a_blind_search_does_not_come_near) {
  std::uint32_t most = 0;
  for (std::uint64_t run = 0; run < 300; ++run) {
    const auto source = sim::make_source(sim::plan_run(24, run, sim::order_kinds()));
    most = std::max(most, run_once(source.get(), nullptr).matched);
  }
  EXPECT_LT(most, 20u);  // 3^20 runs would be needed
}

}  // namespace
}  // namespace bugs
