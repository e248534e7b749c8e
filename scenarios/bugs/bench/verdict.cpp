// The targets: few schedules for shallow bugs, no blind spot, not behind the strongest baseline, fast, no false
// alarm.
#include "scenarios/bugs/bench/verdict.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace bugs::bench {

std::string verdict::text() const {
  std::vector<std::string> missed;
  if (applies && !soon_enough) missed.emplace_back("schedules");
  if (applies && !found) missed.emplace_back("never found");
  if (applies && !not_behind) missed.emplace_back(strongest_baseline);
  if (!trustworthy) missed.emplace_back("trust");
  return missed.empty() ? "met" : fmt::format("missed: {}", fmt::join(missed, ", "));
}

verdict judge(const row_figures& figures) {
  verdict made;
  made.applies = !figures.of->control;
  const cell* by_default = figures.find(default_search);
  const auto median = quantile(by_default->trials, 0.5);
  const auto p95 = quantile(by_default->trials, 0.95);
  made.soon_enough = figures.of->depth > shallow || (median && *median <= median_limit && p95 && *p95 <= p95_limit);
  made.found = by_default->hits > 0;
  const cell* rival = figures.find(strongest_baseline);
  made.not_behind = rival == nullptr || by_default->rate() >= rival->rate();
  made.trustworthy = figures.false_alarms == 0 && figures.identical_replays == figures.replays &&
                     figures.natural_as_expected && figures.other_failures.empty();
  return made;
}

std::vector<std::string> judge_all(const std::vector<row_figures>& all) {
  std::size_t shallow_rows = 0, soon = 0, applies = 0, found = 0, not_behind = 0, replays = 0, identical = 0, fast = 0;
  std::uint64_t alarms = 0, fixed_runs = 0;
  for (const row_figures& each : all) {
    const verdict judged = judge(each);
    alarms += each.false_alarms, fixed_runs += each.fixed_runs;
    replays += each.replays, identical += each.identical_replays;
    fast += each.find(default_search)->speed.schedules_per_second() >= pace_limit;
    if (!judged.applies) continue;
    ++applies, found += judged.found, not_behind += judged.not_behind;
    if (each.of->depth > shallow) continue;
    ++shallow_rows, soon += judged.soon_enough;
  }
  auto line = [](bool met, const std::string& text) { return fmt::format("{:<8}{}", met ? "met" : "missed", text); };
  std::vector<std::string> lines{
      line(soon == shallow_rows, fmt::format("depth <= {}: median <= {} and p95 <= {} schedules: {} of {} rows",
                                             shallow, median_limit, p95_limit, soon, shallow_rows)),
      line(found == applies, fmt::format("hit rate above 0 on all rows but the control: {} of {}", found, applies))};
  if (!all.empty() && all.front().find(strongest_baseline) != nullptr) {
    const bool enough = static_cast<double>(not_behind) >= rows_not_behind_limit * static_cast<double>(applies);
    lines.push_back(line(enough, fmt::format("hit rate at least that of {} on {:.0f} % of the rows: {} of {}",
                                             strongest_baseline, 100 * rows_not_behind_limit, not_behind, applies)));
  }
  lines.push_back(line(fast == all.size(), fmt::format("at least {:.0f} schedules a second on one core: {} of {} rows",
                                                       pace_limit, fast, all.size())));
  lines.push_back(line(alarms == 0, fmt::format("no false alarm: {} in {} runs of fixed twins", alarms, fixed_runs)));
  lines.push_back(line(identical == replays, fmt::format("replays identical: {} of {}", identical, replays)));
  return lines;
}

}  // namespace bugs::bench
