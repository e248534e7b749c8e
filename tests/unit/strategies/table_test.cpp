// C3: rates of strategies on four small programs, which another program measured with 20,000 runs a cell,
// against ours. Both sides are samples, so a cell may differ by the deviation of their difference; 4.5 of these for 96
// cells.
#include <gtest/gtest.h>

#include <array>

#include "scenarios/calibration/chains.hpp"
#include "tests/unit/strategies/chain_model.hpp"
#include "tests/unit/strategies/statistics.hpp"

namespace twinloop::sim::test {
namespace {

constexpr double table_runs = 20'000;
constexpr double deviations = 4.5;
constexpr double rounding = 0.0005;  // the table's last digit

/// Fixes a parameter that a plan would draw, for run number `run`.
using adjustment = void (*)(search_plan& plan, std::uint32_t run, std::uint32_t steps);

/// `count` distinct steps of [1, steps], drawn apart from what is tested.
void put_points(search_plan& plan, std::uint32_t count, std::uint32_t steps) {
  random_stream draw(plan.seed ^ 0x7461626c65);
  plan.points = {};
  for (std::uint32_t i = 0; i < count && i < steps;) {
    const std::uint32_t point = 1 + draw.below(steps);
    if (std::find(plan.points.begin(), plan.points.end(), point) == plan.points.end()) plan.points[i++] = point;
  }
}

struct column {
  const char* name;
  strategy how;
  adjustment adjust;
};
constexpr std::size_t columns = 11;
const std::array<column, columns> all_columns = {
    column{"RW", strategy::random_walk, nullptr},
    column{"POS", strategy::pos, [](search_plan& plan, auto, auto) { plan.how = strategy::pos; }},
    column{"URW", strategy::urw, nullptr},
    column{"STATIC", strategy::static_priority, nullptr},
    column{"PCT1", strategy::pct, [](search_plan& plan, auto, std::uint32_t k) { put_points(plan, 0, k); }},
    column{"PCT2", strategy::pct, [](search_plan& plan, auto, std::uint32_t k) { put_points(plan, 1, k); }},
    column{"PCT3", strategy::pct, [](search_plan& plan, auto, std::uint32_t k) { put_points(plan, 2, k); }},
    column{"PCT1..3", strategy::pct, nullptr},
    column{"delay<=3", strategy::delay_bounded,
           [](search_plan& plan, std::uint32_t run, std::uint32_t k) { put_points(plan, 1 + run % 3, k); }},
    column{"DEFER.1", strategy::defer, [](search_plan& plan, auto, auto) { plan.defer_one_in = 10; }},
    column{"DEFER.25", strategy::defer, [](search_plan& plan, auto, auto) { plan.defer_one_in = 4; }},
};

struct row {
  const char* name;
  std::size_t pattern;  // of calibration::patterns()
  std::uint32_t noise_chains;
  std::uint32_t noise_length;
  std::array<double, columns> percent;  // of the table; negative: not compared
};
// The last two rows' DEFER cells depend on where the third chain stands in the natural order, which the table does not
// tell.
const std::array<row, 10> table = {
    row{"OV", 0, 0, 0, {50.3, 49.9, 49.4, 50.1, 50.5, 49.8, 49.6, 50.3, 58.3, 21.5, 38.6}},
    row{"AV", 1, 0, 0, {25.1, 25.6, 33.5, 16.9, 0, 12.0, 24.9, 12.7, 13.9, 8.2, 15.7}},
    row{"AV noise", 1, 8, 4, {25.1, 25.8, 33.4, 16.2, 0, 1.3, 2.9, 1.3, 5.1, 8.3, 16.7}},
    row{"window", 2, 0, 0, {0.83, 0.75, 3.4, 6.4, 0, 6.4, 3.7, 3.1, 15.9, 5.2, 7.5}},
    row{"window noise", 2, 4, 6, {0.83, 0.81, 3.4, 6.1, 0, 1.6, 2.8, 1.4, 4.8, 3.4, 5.8}},
    row{"late 12", 3, 0, 0, {0.02, 0.03, 7.8, 7.7, 50.7, 7.6, 0.68, 19.2, 15.9, 3.7, 5.1}},
    row{"late 25", 4, 0, 0, {0.00, 0.00, 4.0, 3.9, 49.8, 4.1, 0.16, 18.0, 7.6, 2.2, 2.3}},
    row{"late 12 noise", 3, 4, 6, {0.03, 0.03, 8.1, 7.8, 49.9, 34.8, 24.9, 36.3, 4.5, 2.4, 4.2}},
    row{"depth4", 5, 0, 0, {1.8, 1.8, 3.2, 0.83, 0, 0, 0, 0, 0, -1, -1}},
    row{"depth4 noise", 5, 8, 4, {1.8, 1.9, 3.3, 0.85, 0, 0, 0, 0, 0.18, -1, -1}},
};

std::vector<std::uint32_t> lengths_of(const row& each) {
  const calibration::pattern& what = calibration::patterns()[each.pattern];
  std::vector<std::uint32_t> lengths(what.lengths.begin(), what.lengths.end());
  lengths.insert(lengths.end(), each.noise_chains, each.noise_length);
  return lengths;
}

bool fails(const calibration::pattern& what, const std::vector<std::uint32_t>& order) {
  const auto place = [&](calibration::link wanted) {
    std::size_t at = 0;
    for (unsigned met = 0; at < order.size(); ++at) {
      if (order[at] == wanted.chain && met++ == wanted.index) break;
    }
    return at;
  };
  return std::all_of(what.failing.begin(), what.failing.end(),
                     [&](const auto& each) { return place(each.before) < place(each.after); });
}

class table_of_rates : public ::testing::TestWithParam<row> {};
INSTANTIATE_TEST_SUITE_P(c3, table_of_rates, ::testing::ValuesIn(table), [](const auto& each) {
  std::string name = each.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

TEST_P(table_of_rates, each_strategy_has_the_rate_of_the_table) {
  constexpr std::uint32_t runs = 6'000;
  const row& expected = GetParam();
  std::vector<model_chain> chains;
  for (const std::uint32_t length : lengths_of(expected)) {
    chains.push_back({.length = length, .keys = {{1, true}}, .declared = true});  // POS: all dependent
  }
  chain_model model(chains);
  const search_model learned = learn_about(model);
  for (std::size_t i = 0; i < columns; ++i) {
    if (expected.percent[i] < 0) continue;
    const column& by = all_columns[i];
    const auto adjust = [&](search_plan& plan, std::uint32_t run) {
      if (by.adjust != nullptr) by.adjust(plan, run, learned.steps());
    };
    const std::uint32_t hits = count_hits(
        model, by.how, runs, learned,
        [&](const auto& order) { return fails(calibration::patterns()[expected.pattern], order); }, adjust, 5);
    const double rate = expected.percent[i] / 100;
    const double allowed =
        rounding + deviations * std::hypot(share_deviation(rate, table_runs), share_deviation(rate, runs));
    EXPECT_NEAR(static_cast<double>(hits) / runs, rate, allowed) << by.name;
  }
}

}  // namespace
}  // namespace twinloop::sim::test
