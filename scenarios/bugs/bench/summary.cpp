// Sums and medians over rows, the default search row by row.
#include "scenarios/bugs/bench/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/bugs/bench/comparison.hpp"
#include "scenarios/bugs/bench/grid.hpp"

namespace bugs::bench {
namespace {

double middle(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

/// "12/3": rows on which the contender is sooner, and later.
std::string rows_against(const std::vector<row_figures>& all, const std::string& name, const std::string& rival) {
  if (name == rival) return "";
  std::size_t sooner = 0, later = 0;
  for (const row_figures& each : all) {
    const comparison compared = compare(*each.find(name), *each.find(rival));
    sooner += compared.sooner() ? 1 : 0;
    later += compared.later() ? 1 : 0;
  }
  return fmt::format("{}/{}", sooner, later);
}

std::string orders_text(const std::vector<row_figures>& all, const std::string& name) {
  std::uint64_t classes = 0;
  for (const row_figures& each : all) classes += each.find(name)->orders.seen.classes;
  return fmt::format("{}", classes);
}

/// Seen in both orders, of all pairs that any contender saw: the mean over rows, some of which have many pairs.
std::string pairs_text(const std::vector<row_figures>& all, const std::string& name) {
  double sum = 0;
  std::size_t rows = 0;
  for (const row_figures& each : all) {
    if (each.any_order.pairs == 0) continue;
    sum += static_cast<double>(each.find(name)->orders.seen.pairs_both) / static_cast<double>(each.any_order.pairs);
    ++rows;
  }
  return rows == 0 ? "-" : fmt::format("{:.0f}", 100 * sum / static_cast<double>(rows));
}

std::string middle_pace(const std::vector<row_figures>& all, const std::string& name, double (pace::*figure)() const,
                        double unit) {
  std::vector<double> values;
  for (const row_figures& each : all) values.push_back((each.find(name)->speed.*figure)() / unit);
  return fmt::format("{:.0f}", middle(values));
}

std::vector<std::string> line_of(const std::vector<row_figures>& all, const std::string& name,
                                 const std::vector<std::string>& rivals) {
  const auto hit =
      std::count_if(all.begin(), all.end(), [&](const row_figures& each) { return each.find(name)->hits > 0; });
  std::vector<std::string> line{fmt::format("{}", hit)};
  for (const std::string& rival : rivals) line.push_back(rows_against(all, name, rival));
  line.push_back(orders_text(all, name));
  line.push_back(pairs_text(all, name));
  line.push_back(middle_pace(all, name, &pace::schedules_per_second, 1000));
  line.push_back(middle_pace(all, name, &pace::decisions_per_second, 1000));
  line.push_back(middle_pace(all, name, &pace::overhead_ns, 1));
  return line;
}

/// Medians over the failures that were shrunk.
std::vector<std::string> shrinking_texts(const std::vector<shrunk>& failures) {
  if (failures.empty()) return {"", "", "", "", ""};
  const auto median_of = [&](std::uint64_t shrunk::*figure) {
    std::vector<std::uint64_t> values;
    for (const shrunk& each : failures) values.push_back(each.*figure);
    return median(values);
  };
  std::vector<double> milliseconds, ratios;
  std::uint64_t slips = 0;
  for (const shrunk& each : failures) {
    milliseconds.push_back(1000 * each.seconds);
    slips += each.slips;
    if (const auto ratio = each.ratio()) ratios.push_back(*ratio);
  }
  return {fmt::format("{} -> {}", median_of(&shrunk::before), median_of(&shrunk::after)),
          fmt::format("{}", median_of(&shrunk::executions)), fmt::format("{:.0f}", middle(milliseconds)),
          fmt::format("{}", slips),
          ratios.empty() ? "-" : fmt::format("{:.2g}", *std::max_element(ratios.begin(), ratios.end()))};
}

}  // namespace

std::string contenders_table(const std::vector<row_figures>& all, const options& asked) {
  const std::vector<std::string> rivals = rivals_among(asked.contenders);
  std::vector<std::string> columns{"rows hit"};
  for (const std::string& rival : rivals) columns.push_back("+/- " + rival);
  for (const char* each : {"orders", "pairs %", "ksched/s", "kdec/s", "ns/dec"}) columns.emplace_back(each);
  std::vector<std::vector<std::string>> lines;
  for (const std::string& name : asked.contenders) lines.push_back(line_of(all, name, rivals));
  return lay_out(
      {fmt::format("Over all {} rows: on how many there was a hit; on how many it was sooner/later than each "
                   "baseline (p < {}); sum of\ndifferent orders; pairs seen in both orders, of those that any "
                   "strategy saw, mean; pace as above, median",
                   all.size(), significant),
       asked.contenders, columns, [&](std::size_t row, std::size_t column) { return lines[row][column]; }});
}

std::string default_search_table(const std::vector<row_figures>& all) {
  std::vector<std::string> rows;
  std::vector<std::vector<std::string>> lines;
  for (const row_figures& each : all) {
    rows.push_back(each.of->id);
    std::vector<std::string> line{fmt::format("{}", each.of->depth), fmt::format("{}", each.failures.size())};
    for (const std::string& text : shrinking_texts(each.failures)) line.push_back(text);
    line.push_back(fmt::format("{} of {}", each.false_alarms, each.fixed_runs));
    line.push_back(fmt::format("{} of {}", each.identical_replays, each.replays));
    line.push_back(judge(each).text());
    lines.push_back(std::move(line));
  }
  std::string text = lay_out(
      {"The default search: failures shrunk, with the medians of deviations, executions and time, the sum of slips "
       "(executions that\nended in another failure) and the largest ratio to the fewest deviations there can be (- = "
       "not known); trust; targets",
       rows,
       {"depth", "shrunk", "deviations", "runs", "ms", "slips", "ratio", "alarms", "replays", "targets"},
       [&](std::size_t row, std::size_t column) { return lines[row][column]; }});
  for (const row_figures& each : all) {
    for (const auto& [name, count] : each.other_failures) {
      text += fmt::format("{} also ended in {} x {}\n", each.of->id, count, name);
    }
  }
  return text;
}

}  // namespace bugs::bench
