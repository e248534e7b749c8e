// Goal: the figures of the bug benchmark are what their names say.
// Method: small cases worked out by hand, and the classical data of Freireich and others (1963; weeks of remission of
// 21 patients with 6-mercaptopurine and 21 with placebo), whose medians (23 and 8) and log-rank test
// (chi-squared 16.79; 9 remissions ended where 19.25 were expected) stand in textbooks of survival analysis.
#include <gtest/gtest.h>

#include <cmath>

#include "scenarios/bugs/bench/statistics.hpp"

namespace bugs::bench {
namespace {

std::vector<trial> all_found(std::initializer_list<std::uint64_t> after) {
  std::vector<trial> made;
  for (std::uint64_t each : after) made.push_back({each, true, static_cast<double>(each) / 1000});
  return made;
}

std::vector<trial> add_censored(std::vector<trial> to, std::initializer_list<std::uint64_t> at) {
  for (std::uint64_t each : at) to.push_back({each, false, static_cast<double>(each) / 1000});
  return to;
}

const std::vector<trial> treated =
    add_censored(all_found({6, 6, 6, 7, 10, 13, 16, 22, 23}), {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35});
const std::vector<trial> untreated = all_found({1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23});

TEST(statistics, quantiles_without_censoring_are_order_statistics) {
  const std::vector<trial> trials = all_found({40, 10, 30, 20});
  EXPECT_EQ(quantile(trials, 0.5), 20u);
  EXPECT_EQ(quantile(trials, 0.75), 30u);
  EXPECT_EQ(quantile(trials, 0.9), 40u);
  EXPECT_DOUBLE_EQ(*quantile_seconds(trials, 0.5), 0.020);
}

TEST(statistics, a_share_that_was_never_reached_has_no_quantile) {
  const std::vector<trial> trials = add_censored(all_found({5}), {2000, 2000, 2000});
  EXPECT_EQ(quantile(trials, 0.25), 5u);
  EXPECT_EQ(quantile(trials, 0.5), std::nullopt);
  EXPECT_EQ(quantile({}, 0.5), std::nullopt);
}

TEST(statistics, medians_of_the_remission_data_are_the_published_ones) {
  EXPECT_EQ(quantile(treated, 0.5), 23u);
  EXPECT_EQ(quantile(untreated, 0.5), 8u);
}

TEST(statistics, log_rank_of_the_remission_data_is_the_published_one) {
  const log_rank_result result = log_rank(treated, untreated);
  EXPECT_NEAR(result.p, 4.17e-5, 0.02e-5);  // chi-squared 16.79 with one degree of freedom
  EXPECT_NEAR(result.excess, 9 - 19.25, 0.005);
  EXPECT_NEAR(log_rank(untreated, treated).excess, 19.25 - 9, 0.005);
}

TEST(statistics, log_rank_of_one_trial_each_is_one_standard_deviation) {
  // At 1 both are at risk and one finds: half a find expected of either, variance a quarter. At 2 there is no choice.
  const log_rank_result result = log_rank(all_found({1}), all_found({2}));
  EXPECT_DOUBLE_EQ(result.excess, 0.5);
  EXPECT_DOUBLE_EQ(result.variance, 0.25);
  EXPECT_NEAR(result.p, 0.317311, 1e-6);  // beyond one standard deviation of a normal distribution
}

TEST(statistics, log_rank_counts_ties_and_those_who_gave_up) {
  // At 1: one find of four at risk, two of them of a: expected 1/2, variance 1/4. At 3: two finds of three at risk, one
  // of them of a: expected 2/3, variance 2 * 1/3 * 2/3 * 1/2 = 2/9.
  const log_rank_result result = log_rank(all_found({1, 3}), add_censored(all_found({3}), {4}));
  EXPECT_NEAR(result.excess, 5.0 / 6, 1e-12);
  EXPECT_NEAR(result.variance, 17.0 / 36, 1e-12);
  EXPECT_NEAR(result.p, std::erfc(std::sqrt(25.0 / 17 / 2)), 1e-12);
}

TEST(statistics, equal_trials_do_not_differ) {
  EXPECT_DOUBLE_EQ(log_rank(treated, treated).p, 1);
  EXPECT_DOUBLE_EQ(log_rank({}, {}).p, 1);
}

TEST(statistics, who_needs_half_as_many_is_twice_as_soon) {
  const auto ratio = sooner(all_found({3, 4, 90}), all_found({1, 8, 9}));
  ASSERT_TRUE(ratio);
  EXPECT_DOUBLE_EQ(ratio->value, 2);
  EXPECT_EQ(ratio->as, median_ratio::known::exactly);
}

TEST(statistics, a_median_that_was_not_reached_bounds_the_ratio) {
  const std::vector<trial> quick = all_found({10});
  const std::vector<trial> never = add_censored({}, {2000, 2000});
  ASSERT_TRUE(sooner(quick, never));
  EXPECT_DOUBLE_EQ(sooner(quick, never)->value, 200);
  EXPECT_EQ(sooner(quick, never)->as, median_ratio::known::at_least);
  ASSERT_TRUE(sooner(never, quick));
  EXPECT_DOUBLE_EQ(sooner(never, quick)->value, 0.005);
  EXPECT_EQ(sooner(never, quick)->as, median_ratio::known::at_most);
  EXPECT_FALSE(sooner(never, never));
  EXPECT_FALSE(sooner(quick, {}));
}

TEST(statistics, entropy_of_equal_counts_is_the_logarithm_of_their_number) {
  EXPECT_DOUBLE_EQ(entropy_bits(std::vector<std::uint64_t>(8, 5)), 3);
  EXPECT_NEAR(entropy_bits(std::vector<std::uint64_t>(252, 100)), 7.977, 0.0005);  // two chains of five
  EXPECT_DOUBLE_EQ(entropy_bits(std::vector<std::uint64_t>{7}), 0);
  EXPECT_DOUBLE_EQ(entropy_bits({}), 0);
}

TEST(statistics, entropy_of_halves_and_quarters_is_the_mean_of_their_bits) {
  EXPECT_DOUBLE_EQ(entropy_bits(std::vector<std::uint64_t>{4, 2, 1, 1}), 0.5 * 1 + 0.25 * 2 + 2 * 0.125 * 3);
  EXPECT_DOUBLE_EQ(entropy_bits(std::vector<std::uint64_t>{2, 0, 2}), 1);
}

TEST(statistics, the_median_of_an_even_number_is_the_lower_one) {
  EXPECT_EQ(median({4, 1, 3, 2}), 2u);
  EXPECT_EQ(median({}), 0u);
}

}  // namespace
}  // namespace bugs::bench
