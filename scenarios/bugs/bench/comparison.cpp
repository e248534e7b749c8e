// Ratios of medians and log-rank tests.
#include "scenarios/bugs/bench/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/bugs/bench/grid.hpp"

namespace bugs::bench {
namespace {

std::string ratio_text(const std::optional<median_ratio>& ratio) {
  if (!ratio) return "-";
  const char* bound = "";
  if (ratio->as == median_ratio::known::at_least) bound = ">";
  if (ratio->as == median_ratio::known::at_most) bound = "<";
  return ratio->value < 10 ? fmt::format("{}{:.2g}", bound, ratio->value)
                           : fmt::format("{}{:.0f}", bound, ratio->value);
}

/// ".034", since it stands in a table of such numbers.
std::string p_text(double p) {
  if (p < 0.001) return "<.001";
  const std::string text = fmt::format("{:.3f}", p);
  return text.front() == '0' ? text.substr(1) : text;
}

}  // namespace

std::string comparison::text() const { return fmt::format("{} ({})", ratio_text(times_sooner), p_text(test.p)); }

comparison compare(const cell& contender, const cell& rival) {
  return {bench::sooner(contender.trials, rival.trials), log_rank(contender.trials, rival.trials)};
}

std::vector<std::string> rivals_among(const std::vector<std::string>& contenders) {
  std::vector<std::string> found;
  for (const char* rival : rivals) {
    if (std::find(contenders.begin(), contenders.end(), rival) != contenders.end()) found.emplace_back(rival);
  }
  return found;
}

std::string comparison_tables(const std::vector<row_figures>& all, const options& asked) {
  std::string text;
  std::vector<std::string> rows;
  for (const row_figures& each : all) rows.push_back(each.of->id);
  for (const std::string& rival : rivals_among(asked.contenders)) {
    std::vector<std::string> others;
    for (const std::string& each : asked.contenders) {
      if (each != rival) others.push_back(each);
    }
    if (others.empty()) continue;
    text +=
        lay_out({fmt::format("Against {}: how many times sooner in the median (p of the log-rank test); > and < where "
                             "one median was not reached",
                             rival),
                 rows, others, [&](std::size_t row, std::size_t column) {
                   return compare(*all[row].find(others[column]), *all[row].find(rival)).text();
                 }});
  }
  return text;
}

}  // namespace bugs::bench
