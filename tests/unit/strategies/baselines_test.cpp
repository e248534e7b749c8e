// The baselines: that they do what their authors say these tools do, as far as choices can say it.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/strategies/chain_model.hpp"
#include "tests/unit/strategies/statistics.hpp"
#include "twinloop/loop.hpp"
#include "twinloop/sim.hpp"
#include "twinloop/work.hpp"

namespace twinloop::sim::test {
namespace {

std::unique_ptr<search_source> source_of(strategy how, std::uint64_t seed) {
  return make_source(plan_strategy(how, mix64(seed), order_kinds()));
}

/// The share of `runs` answers to a question that are not 0, and the answers that came.
double share_of_deviations(search_source& source, choice_kind kind, std::uint32_t n, std::uint32_t runs,
                           std::set<std::uint32_t>* answers = nullptr) {
  std::uint32_t others = 0;
  for (std::uint32_t i = 0; i < runs; ++i) {
    const std::uint32_t answer = source.answer({kind, 1, i, n, {}});
    others += answer != 0;
    if (answers != nullptr) answers->insert(answer);
  }
  return static_cast<double>(others) / runs;
}

TEST(nodefz, shuffles_what_is_ready_together_and_puts_one_in_ten_off) {
  // Ten callbacks, all ready at once: the last place of a turn is as likely for each that was not put off.
  chain_model program = independent_chains(std::vector<std::uint32_t>(10, 1));
  constexpr int runs = 4000;
  std::map<std::uint32_t, int> first;
  for (int run = 0; run < runs; ++run) ++first[program.run(source_of(strategy::nodefz, run).get()).front()];
  for (const auto& [chain, times] : first) EXPECT_NEAR(times, runs / 10, 4.5 * 19) << chain;  // 19 = sqrt(4000 * .09)
}

TEST(nodefz, lets_what_becomes_ready_within_a_turn_wait_for_the_next) {
  // Two chains: a batch holds the pending callback of each, so neither gets two ahead, but for those put off.
  chain_model program = independent_chains({6, 6});
  int ahead = 0;
  constexpr int runs = 2000;
  for (int run = 0; run < runs; ++run) {
    int balance = 0;
    int most = 0;
    for (const std::uint32_t chain : program.run(source_of(strategy::nodefz, run).get())) {
      balance += chain == 0 ? 1 : -1;
      most = std::max(most, std::abs(balance));
    }
    ahead += most > 3;
  }
  EXPECT_LT(ahead, runs / 5);  // a random walk gets more than 3 ahead in about half of its runs
  EXPECT_GT(ahead, 0);
}

TEST(nodefz, is_late_with_one_timer_turn_in_four_and_takes_one_of_the_first_five_jobs) {
  const auto source = source_of(strategy::nodefz, 1);
  EXPECT_NEAR(share_of_deviations(*source, choice_kind::timer_late, 4, 4000), 0.25, 4.5 * 0.0069);
  std::set<std::uint32_t> taken;
  EXPECT_NEAR(share_of_deviations(*source, choice_kind::pool_start, 8, 4000, &taken), 0.8, 4.5 * 0.0064);
  EXPECT_EQ(taken, (std::set<std::uint32_t>{0, 1, 2, 3, 4}));
}

TEST(nodefz, leaves_alone_what_it_cannot_reach) {
  const auto source = source_of(strategy::nodefz, 1);
  for (const choice_kind kind : {choice_kind::latency, choice_kind::short_io, choice_kind::cancel_race,
                                 choice_kind::pool_done, choice_kind::pool_run, choice_kind::defer}) {
    EXPECT_EQ(share_of_deviations(*source, kind, 4, 200), 0) << name(kind);
  }
}

TEST(nodefz, puts_closes_off_together_with_all_later_ones_of_the_turn) {
  int put_off = 0;
  constexpr int runs = 4000;
  for (int run = 0; run < runs; ++run) {
    const auto source = source_of(strategy::nodefz, run);
    bool before = false;
    for (std::uint32_t i = 0; i < 3; ++i) {
      const bool now = source->answer({choice_kind::close_defer, 1, i, 16, {}}) != 0;
      EXPECT_TRUE(now || !before);
      before = now;
      if (i == 0) put_off += now;
    }
  }
  EXPECT_NEAR(put_off, runs / 20, 4.5 * 13.8);  // 13.8 = sqrt(4000 * .05 * .95)
}

TEST(nacd, delays_every_other_completion_by_a_uniform_virtual_time) {
  const auto source = source_of(strategy::nacd, 1);
  std::set<std::uint32_t> answers;
  EXPECT_NEAR(share_of_deviations(*source, choice_kind::defer, 16, 4000, &answers), 0.5, 4.5 * 0.0079);
  EXPECT_EQ(answers, (std::set<std::uint32_t>{0, 8, 9, 10, 11, 12, 13, 14, 15}));
  EXPECT_NEAR(share_of_deviations(*source, choice_kind::timer_late, 4, 4000), 0.5, 4.5 * 0.0079);
}

/// Holds the completion whose defer is asked about first for good.
class hold_first final : public choice_source {
 public:
  explicit hold_first(std::uint32_t answer) : answer_(answer) {}
  std::uint32_t answer(const question& asked) override {
    return asked.kind == choice_kind::defer ? std::exchange(answer_, 0) : 0;
  }

 private:
  std::uint32_t answer_;
};

TEST(held_by_time, a_completion_comes_when_its_time_has_passed_and_not_before) {
  for (const std::uint32_t answer : {8u, 11u, 15u}) {
    hold_first source(answer);
    world in({.source = &source});
    std::int64_t read_at = 0;
    int ticks = 0;
    host& machine = in.add_host("host");
    machine.write_file("/file", "text");
    machine.start("program", [&](loop& on, arguments) {
      timer tick(
          on, [&] { ++ticks; }, "tick");
      tick.start(std::chrono::milliseconds(10), std::chrono::milliseconds(10));  // count-based holds would end here
      work_handle job(on, "job");
      job.start([](twinloop::job&) {}, [&](errc) { read_at = on.now().time_since_epoch().count(), tick.stop(); });
      on.run();
      return 0;
    });
    EXPECT_TRUE(in.run().clean()) << in.report().text();
    EXPECT_EQ(read_at, (answer - 7) * 62'500'000);
    EXPECT_EQ(ticks, ((answer - 7) * 62'500'000 - 1) / 10'000'000);  // of one instant, the completion is first
  }
}

}  // namespace
}  // namespace twinloop::sim::test
