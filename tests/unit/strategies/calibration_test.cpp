// C1 and C2 of the benchmark: samplers against the answers on paper, on the model and on the simulator alike.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "scenarios/calibration/chains.hpp"
#include "tests/unit/strategies/chain_model.hpp"
#include "tests/unit/strategies/statistics.hpp"

namespace twinloop::sim::test {
namespace {

constexpr std::uint32_t orders = bit_of(choice_kind::pick) | bit_of(choice_kind::batch);

/// The orders of chains of these lengths, one run after the other: letters, "abab...".
class runner {
 public:
  virtual ~runner() = default;
  virtual std::string run(choice_source& source) = 0;
};

class model_runner final : public runner {
 public:
  explicit model_runner(const std::vector<std::uint32_t>& lengths) : model_(independent_chains(lengths)) {}
  std::string run(choice_source& source) override {
    std::string order;
    for (const std::uint32_t chain : model_.run(&source)) order += static_cast<char>('a' + chain);
    return order;
  }

 private:
  chain_model model_;
};

class world_runner final : public runner {
 public:
  explicit world_runner(const std::vector<std::uint32_t>& lengths) : lengths_(lengths.begin(), lengths.end()) {}
  std::string run(choice_source& source) override {
    world_.reset({.source = &source});
    return calibration::run_chains(world_, lengths_);
  }

 private:
  std::vector<unsigned> lengths_;
  world world_;
};

struct arm {
  const char* name;
  std::unique_ptr<runner> (*make)(const std::vector<std::uint32_t>& lengths);
};
const arm arms[] = {
    {"model", [](const auto& lengths) -> std::unique_ptr<runner> { return std::make_unique<model_runner>(lengths); }},
    {"simulator",
     [](const auto& lengths) -> std::unique_ptr<runner> { return std::make_unique<world_runner>(lengths); }}};

class calibration_of : public ::testing::TestWithParam<arm> {
 protected:
  /// How often each order came.
  std::map<std::string, std::uint64_t> sample(const std::vector<std::uint32_t>& lengths, strategy how,
                                              std::uint32_t runs) {
    const auto program = GetParam().make(lengths);
    const search_model learned = learn(1, orders, [&](std::uint64_t, choice_source& source) {
      program->run(source);
      return true;
    });
    std::map<std::string, std::uint64_t> seen;
    for (std::uint32_t run = 0; run < runs; ++run) {
      search_plan plan = plan_strategy(how, mix64(77 + run), orders, learned);
      if (how == strategy::pct) plan.points = {};  // PCT(1)
      ++seen[program->run(*make_source(plan, learned))];
    }
    return seen;
  }
};
INSTANTIATE_TEST_SUITE_P(on, calibration_of, ::testing::ValuesIn(arms),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_P(calibration_of, c1_urw_is_uniform_over_the_252_interleavings) {
  constexpr std::uint32_t runs = 25'200;
  const auto seen = sample({5, 5}, strategy::urw, runs);
  ASSERT_EQ(seen.size(), 252u);  // 10! / (5! 5!)
  double entropy = 0;
  double chi_square = 0;
  for (const auto& [order, times] : seen) {
    const double share = static_cast<double>(times) / runs;
    entropy -= share * std::log2(share);
    chi_square += std::pow(static_cast<double>(times) - runs / 252.0, 2) / (runs / 252.0);
  }
  EXPECT_GE(entropy, 7.96);  // of log2(252) = 7.977; 251 / (2 ln 2 * 25,200) = 0.007 less is expected of a uniform one
  EXPECT_LT(std::abs(standardized_chi_square(chi_square, 251)), 3.3) << chi_square;
  RecordProperty("entropy", std::to_string(entropy));
  RecordProperty("chi_square", std::to_string(chi_square));
}

TEST_P(calibration_of, c1_the_random_walk_is_not) {
  const auto seen = sample({5, 5}, strategy::random_walk, 5'000);
  double chi_square = 0;
  for (const auto& [order, times] : seen) {
    chi_square += std::pow(static_cast<double>(times) - 5'000 / 252.0, 2) / (5'000 / 252.0);
  }
  EXPECT_GT(standardized_chi_square(chi_square, 251), 10);  // the negative control
}

std::uint64_t single_last(const std::map<std::string, std::uint64_t>& seen) {
  std::uint64_t last = 0;
  for (const auto& [order, times] : seen) last += order.back() == 'a' ? times : 0;
  return last;
}

TEST_P(calibration_of, c2_urw_finds_the_late_callback_once_in_26) {
  constexpr double runs = 20'000;
  const double share = static_cast<double>(single_last(sample({1, 25}, strategy::urw, runs))) / runs;
  EXPECT_GT(share, 0.034);
  EXPECT_LT(share, 0.043);  // 1/26 = 3.85 %, 0.45 % is 3.3 standard deviations
}

TEST_P(calibration_of, c2_pct_of_depth_1_finds_it_every_other_time) {
  constexpr double runs = 20'000;
  const double share = static_cast<double>(single_last(sample({1, 25}, strategy::pct, runs))) / runs;
  EXPECT_GT(share, 0.48);
  EXPECT_LT(share, 0.52);
}

TEST_P(calibration_of, c2_the_random_walk_never_finds_it) {
  EXPECT_EQ(single_last(sample({1, 25}, strategy::random_walk, 20'000)), 0u);  // 2^-25 a run: 0.06 % in all of them
}

}  // namespace
}  // namespace twinloop::sim::test
