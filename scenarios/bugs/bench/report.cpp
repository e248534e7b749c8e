// Three tables: schedules to first failure, hit rates, and the default search row by row.
#include "scenarios/bugs/bench/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace bugs::bench {
namespace {

using cell_text = std::string (*)(const cell&);

/// A line for each row, a column for each contender, as wide as it must be.
std::string table(const std::string& title, const std::vector<row_figures>& all, const options& asked, cell_text text) {
  std::string lines = fmt::format("\n{}\n", title);
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < asked.contenders.size(); ++i) {
    std::size_t width = asked.contenders[i].size();
    for (const row_figures& each : all) width = std::max(width, text(each.cells[i]).size());
    widths.push_back(width + 2);
  }
  lines += "row ";
  for (std::size_t i = 0; i < widths.size(); ++i) lines += fmt::format("{:>{}}", asked.contenders[i], widths[i]);
  for (const row_figures& each : all) {
    lines += fmt::format("\n{:<4}", each.of->id);
    for (std::size_t i = 0; i < widths.size(); ++i) lines += fmt::format("{:>{}}", text(each.cells[i]), widths[i]);
  }
  return lines + "\n";
}

std::string number(const std::optional<std::uint64_t>& value) { return value ? fmt::format("{}", *value) : "-"; }

std::string schedules_table(const std::vector<row_figures>& all, const options& asked) {
  const std::string title =
      fmt::format("Schedules to first failure: median/p90/p95 over {} seeds; - = not within {} schedules or {} s",
                  asked.seeds, asked.schedules, asked.seconds);
  return table(title, all, asked, [](const cell& shown) {
    return fmt::format("{}/{}/{}", number(quantile(shown.trials, 0.5)), number(quantile(shown.trials, 0.9)),
                       number(quantile(shown.trials, 0.95)));
  });
}

std::string rates_table(const std::vector<row_figures>& all, const options& asked) {
  const std::string title =
      fmt::format("Hit rate per run, percent of {} runs (different orders among them)", asked.rate_runs);
  return table(title, all, asked,
               [](const cell& shown) { return fmt::format("{:.1f} ({})", 100 * shown.rate(), shown.classes); });
}

/// "x 1.3 p 0.02": how much higher the default search's hit rate is, and the log-rank test of the two.
std::string against(const row_figures& figures, const char* rival) {
  const cell* other = figures.find(rival);
  const cell* own = figures.find(default_search);
  if (other == nullptr) return "";
  const std::string ratio = other->hits == 0 ? "-" : fmt::format("{:.2f}", own->rate() / other->rate());
  return fmt::format("{} p {:.3f}", ratio, log_rank_p(own->trials, other->trials));
}

std::string default_table(const std::vector<row_figures>& all) {
  std::string text = fmt::format(
      "\nThe default search: hit rate and log-rank test against others, shrinking, false alarms, replays, targets\n"
      "{:<5}{:>6}{:>10}{:>16}{:>16}{:>18}{:>14}{:>12}  {}\n",
      "row", "depth", "ms", plain_baseline, strongest_baseline, "runs -> choices", "alarms", "replays", "targets");
  for (const row_figures& each : all) {
    const auto seconds = quantile_seconds(each.find(default_search)->trials, 0.5);
    const std::string shrunk = each.shrink_executions.empty() ? ""
                                                              : fmt::format("{} -> {}", median(each.shrink_executions),
                                                                            median(each.shrunk_deviations));
    text += fmt::format("{:<5}{:>6}{:>10}{:>16}{:>16}{:>18}{:>14}{:>12}  {}\n", each.of->id, each.of->depth,
                        seconds ? fmt::format("{:.2f}", 1000 * *seconds) : "-", against(each, plain_baseline),
                        against(each, strongest_baseline), shrunk,
                        fmt::format("{} of {}", each.false_alarms, each.fixed_runs),
                        fmt::format("{} of {}", each.identical_replays, each.replays), judge(each).text());
    for (const auto& [name, count] : each.other_failures) text += fmt::format("     also {} x {}\n", count, name);
  }
  return text;
}

nlohmann::json cell_json(const cell& shown) {
  nlohmann::json made{{"strategy", shown.contender},
                      {"rate_runs", shown.rate_runs},
                      {"hits", shown.hits},
                      {"classes", shown.classes},
                      {"rate_seconds", shown.rate_seconds}};
  for (const trial& each : shown.trials) {
    made["trials"].push_back({{"schedules", each.schedules}, {"found", each.found}, {"seconds", each.seconds}});
  }
  const std::pair<const char*, double> quantiles[] = {{"median", 0.5}, {"p90", 0.9}, {"p95", 0.95}};
  for (const auto& [name, q] : quantiles) {
    const auto schedules = quantile(shown.trials, q);
    made[name] = schedules ? nlohmann::json(*schedules) : nlohmann::json();
  }
  return made;
}

}  // namespace

std::string tables(const std::vector<row_figures>& all, const options& asked) {
  std::string text = schedules_table(all, asked) + rates_table(all, asked) + default_table(all) + "\n";
  for (const std::string& line : judge_all(all)) text += line + "\n";
  return text;
}

std::string json(const std::vector<row_figures>& all, const options& asked) {
  nlohmann::json made{{"seeds", asked.seeds}, {"schedules", asked.schedules}, {"seconds", asked.seconds}};
  for (const row_figures& each : all) {
    nlohmann::json one{{"row", each.of->id},
                       {"name", each.of->name},
                       {"origin", each.of->origin},
                       {"depth", each.of->depth},
                       {"natural_as_expected", each.natural_as_expected},
                       {"replays", each.replays},
                       {"identical_replays", each.identical_replays},
                       {"shrink_executions", each.shrink_executions},
                       {"shrunk_deviations", each.shrunk_deviations},
                       {"fixed_runs", each.fixed_runs},
                       {"false_alarms", each.false_alarms},
                       {"other_failures", each.other_failures},
                       {"targets", judge(each).text()}};
    for (const cell& shown : each.cells) one["cells"].push_back(cell_json(shown));
    made["rows"].push_back(std::move(one));
  }
  made["targets"] = judge_all(all);
  return made.dump(1) + "\n";
}

}  // namespace bugs::bench
