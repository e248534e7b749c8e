// Goal: the figures of the bug benchmark are what their names say.
// Method: small cases worked out by hand, and the classical data of Freireich and others (1963; weeks of remission of
// 21 patients with 6-mercaptopurine and 21 with placebo), whose medians (23 and 8) and log-rank test
// (chi-squared 16.79) stand in textbooks of survival analysis.
#include <gtest/gtest.h>

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
  EXPECT_NEAR(log_rank_p(treated, untreated), 4.17e-5, 0.02e-5);  // chi-squared 16.79 with one degree of freedom
}

TEST(statistics, equal_trials_do_not_differ) {
  EXPECT_DOUBLE_EQ(log_rank_p(treated, treated), 1);
  EXPECT_DOUBLE_EQ(log_rank_p({}, {}), 1);
}

TEST(statistics, the_median_of_an_even_number_is_the_lower_one) {
  EXPECT_EQ(median({4, 1, 3, 2}), 2u);
  EXPECT_EQ(median({}), 0u);
}

}  // namespace
}  // namespace bugs::bench
