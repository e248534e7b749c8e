// Goal: tables and JSON say the figures, for every strategy against every baseline. Method: figures written down by
// hand, and one small measurement of a row.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "scenarios/bugs/bench/comparison.hpp"
#include "scenarios/bugs/bench/grid.hpp"
#include "scenarios/bugs/bench/report.hpp"
#include "scenarios/bugs/rows.hpp"

namespace bugs::bench {
namespace {

cell searched(const std::string& name, std::uint64_t schedules, bool found, std::size_t seeds) {
  cell made;
  made.contender = name;
  made.trials.assign(seeds, {schedules, found, 0.001});
  return made;
}

TEST(comparison, tells_the_ratio_of_medians_and_p) {
  // One against one: p = .317, see statistics_test.
  EXPECT_EQ(compare(searched("a", 2, true, 1), searched("b", 5, true, 1)).text(), "2.5 (.317)");
  EXPECT_EQ(compare(searched("a", 5, true, 20), searched("b", 2000, false, 20)).text(), ">400 (<.001)");
  EXPECT_EQ(compare(searched("a", 2000, false, 1), searched("b", 2000, false, 1)).text(), "- (1.000)");
}

TEST(comparison, is_sooner_or_later_only_where_chance_is_unlikely) {
  const cell few = searched("a", 2, true, 20), many = searched("b", 5, true, 20);
  EXPECT_TRUE(compare(few, many).sooner());
  EXPECT_FALSE(compare(few, many).later());
  EXPECT_TRUE(compare(many, few).later());
  EXPECT_FALSE(compare(searched("a", 2, true, 1), searched("b", 5, true, 1)).sooner());
}

TEST(grid, columns_that_do_not_fit_go_below) {
  const std::string wide(53, 'x');
  const std::string text =
      lay_out({"title", {"B1", "B22"}, {"first", wide, wide, "last"}, [](std::size_t row, std::size_t column) {
                 return std::to_string(10 * row + column);
               }});
  const std::string spaces(54, ' ');
  EXPECT_EQ(text, "\ntitle\n   " + ("  first  " + wide + "  " + wide) + "\n" + "B1       0" + spaces + "1" + spaces +
                      "2\n" + "B22     10" + spaces.substr(1) + "11" + spaces.substr(1) + "12\n" +
                      "\n     last\nB1      3\nB22    13\n");
}

class a_measured_row : public testing::Test {
 protected:
  a_measured_row() {
    asked_.rows = {find_row("B02")};
    asked_.contenders = {"rotation", "random_walk", "nodefz", "nacd"};
    asked_.seeds = 3;
    asked_.rate_runs = 64;
    asked_.false_alarms = 8;
    asked_.shrinks = 1;
    measuring by(asked_, [](const std::string&) {});
    all_.push_back(by.measure(*asked_.rows.front()));
  }
  options asked_;
  std::vector<row_figures> all_;
};

TEST_F(a_measured_row, has_every_figure_in_json_that_agrees_with_itself) {
  const auto row = nlohmann::json::parse(json_text(all_, asked_))["rows"][0];
  ASSERT_EQ(row["cells"].size(), 4u);
  for (const auto& each : row["cells"]) {
    const std::string name = each["strategy"];
    EXPECT_EQ(each["trials"].size(), 3u) << name;
    const auto& orders = each["orders"];
    EXPECT_EQ(orders["growth"].size(), 7u) << name;  // 1, 2, 4, ... 64
    EXPECT_EQ(orders["growth"].back()["classes"], each["classes"]) << name;
    EXPECT_DOUBLE_EQ(orders["duplicates"], 1 - each["classes"].get<double>() / 64) << name;
    EXPECT_GE(orders["entropy_bits"], 0) << name;
    EXPECT_LE(orders["entropy_bits"], std::log2(each["classes"].get<double>()) + 1e-9) << name;
    EXPECT_LE(orders["pairs_both"], orders["pairs"]) << name;
    EXPECT_LE(orders["pairs"], row["pairs_of_any"]) << name;
    EXPECT_EQ(each["pace"]["schedules"], 64) << name;
    const bool is_rival = name != "rotation";
    EXPECT_EQ(each["against"].size(), is_rival ? 2u : 3u) << name;
    EXPECT_FALSE(each["against"].contains(name));
  }
  ASSERT_EQ(row["shrunk"].size(), 1u);
  EXPECT_TRUE(row["shrunk"][0].contains("slips"));
  EXPECT_GE(row["shrunk"][0]["deviations"], row["shrunk"][0]["optimum_at_least"]);
}

TEST_F(a_measured_row, is_in_every_table) {
  const std::string text = tables(all_, asked_);
  for (const char* title : {"Schedules to first failure", "Time to first failure", "Hit rate", "Against random_walk",
                            "Against nodefz", "Against nacd", "Different orders", "How they are spread", "Order pairs",
                            "Pace", "Over all 1 rows", "The default search"}) {
    EXPECT_NE(text.find(std::string("\n") + title), std::string::npos) << title;
  }
}

TEST_F(a_measured_row, counts_the_same_when_measured_again) {
  measuring by(asked_, [](const std::string&) {});
  const row_figures again = by.measure(*asked_.rows.front());
  for (std::size_t i = 0; i < again.cells.size(); ++i) {
    const cell &first = all_[0].cells[i], &second = again.cells[i];
    EXPECT_EQ(first.hits, second.hits);
    EXPECT_EQ(first.orders.seen.classes, second.orders.seen.classes);
    EXPECT_EQ(first.orders.seen.pairs_both, second.orders.seen.pairs_both);
    EXPECT_EQ(first.speed.decisions, second.speed.decisions);
    EXPECT_DOUBLE_EQ(first.orders.entropy_bits, second.orders.entropy_bits);
  }
}

}  // namespace
}  // namespace bugs::bench
