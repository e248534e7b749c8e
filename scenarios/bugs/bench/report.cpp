// One table for each figure, rows by contenders.
#include "scenarios/bugs/bench/report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "scenarios/bugs/bench/comparison.hpp"
#include "scenarios/bugs/bench/grid.hpp"
#include "scenarios/bugs/bench/summary.hpp"

namespace bugs::bench {
namespace {

using cell_text = std::string (*)(const cell&);

std::string table(const std::string& title, const std::vector<row_figures>& all, const options& asked, cell_text text) {
  std::vector<std::string> rows;
  for (const row_figures& each : all) rows.push_back(each.of->id);
  return lay_out({title, rows, asked.contenders,
                  [&](std::size_t row, std::size_t column) { return text(all[row].cells[column]); }});
}

std::string number(const std::optional<std::uint64_t>& value) { return value ? fmt::format("{}", *value) : "-"; }
std::string milliseconds(const std::optional<double>& seconds) {
  return seconds ? fmt::format("{:.3g}", 1000 * *seconds) : "-";
}

std::string found_tables(const std::vector<row_figures>& all, const options& asked) {
  return table(fmt::format(
                   "Schedules to first failure: median/p90/p95 over {} seeds; - = not within {} schedules or {} s",
                   asked.seeds, asked.schedules, asked.seconds),
               all, asked,
               [](const cell& shown) {
                 return fmt::format("{}/{}/{}", number(quantile(shown.trials, 0.5)),
                                    number(quantile(shown.trials, 0.9)), number(quantile(shown.trials, 0.95)));
               }) +
         table("Time to first failure: median/p90, wall milliseconds on one core", all, asked,
               [](const cell& shown) {
                 return fmt::format("{}/{}", milliseconds(quantile_seconds(shown.trials, 0.5)),
                                    milliseconds(quantile_seconds(shown.trials, 0.9)));
               }) +
         table(fmt::format("Hit rate: percent of {} runs", asked.rate_runs), all, asked,
               [](const cell& shown) { return fmt::format("{:.1f}", 100 * shown.rate()); });
}

/// Classes after one 64th, one eighth and all of the runs; fewer when there were so few.
std::string growth_text(const cell& shown) {
  std::string text;
  const auto& curve = shown.orders.growth;
  for (const std::size_t back : {6, 3, 0}) {
    if (back >= curve.size()) continue;
    text += fmt::format("{}{}", text.empty() ? "" : "/", curve[curve.size() - 1 - back].classes);
  }
  return text;
}

std::string order_tables(const std::vector<row_figures>& all, const options& asked) {
  return table("Different orders among these runs (trace classes): after 1/64, 1/8 and all of them", all, asked,
               growth_text) +
         table(fmt::format(
                   "How they are spread: entropy in bits (at most {:.1f} in so many runs), and the share of runs that "
                   "were duplicates, percent",
                   std::log2(asked.rate_runs)),
               all, asked,
               [](const cell& shown) {
                 return fmt::format("{:.1f} {:.0f}", shown.orders.entropy_bits, 100 * shown.orders.seen.duplicates());
               }) +
         table("Order pairs: conflicting callbacks that nothing orders, seen in both orders/seen at all", all, asked,
               [](const cell& shown) {
                 return fmt::format("{}/{}", shown.orders.seen.pairs_both, shown.orders.seen.pairs);
               });
}

std::string pace_table(const std::vector<row_figures>& all, const options& asked) {
  return table("Pace on one core: thousand schedules/s, thousand decisions/s, ns a decision that the strategy costs",
               all, asked, [](const cell& shown) {
                 return fmt::format("{:.1f} {:.0f} {:.0f}", shown.speed.schedules_per_second() / 1000,
                                    shown.speed.decisions_per_second() / 1000, shown.speed.overhead_ns());
               });
}

}  // namespace

std::string tables(const std::vector<row_figures>& all, const options& asked) {
  std::string text = found_tables(all, asked) + comparison_tables(all, asked) + order_tables(all, asked) +
                     pace_table(all, asked) + contenders_table(all, asked) + default_search_table(all) + "\n";
  for (const std::string& line : judge_all(all)) text += line + "\n";
  return text;
}

}  // namespace bugs::bench
