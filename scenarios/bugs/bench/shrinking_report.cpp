// A line for each row, a line for each contender, and the targets.
#include "scenarios/bugs/bench/shrinking_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "scenarios/bugs/bench/verdict.hpp"

namespace bugs::bench {
namespace {

using figure = std::uint64_t shrunk::*;
using failures = std::vector<const shrunk*>;

std::vector<std::uint64_t> values(const failures& of, figure which) {
  std::vector<std::uint64_t> sorted;
  for (const shrunk* each : of) sorted.push_back(each->*which);
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

/// The value that a share of `percent` does not exceed.
std::uint64_t percentile(const std::vector<std::uint64_t>& sorted, std::size_t percent) {
  return sorted.empty() ? 0 : sorted[(sorted.size() * percent + 99) / 100 - 1];
}

std::string optimum_text(const failures& of) {
  std::uint64_t least = UINT64_MAX;
  std::uint64_t most = 0;
  bool known = true;
  for (const shrunk* each : of) {
    least = std::min(least, each->best.at_least);
    most = std::max(most, each->best.at_least);
    known = known && each->best.deviations.has_value();
  }
  if (of.empty()) return "";
  const std::string bound = known ? "" : ">=";
  return least == most ? fmt::format("{}{}", bound, most) : fmt::format("{}{}-{}", bound, least, most);
}

struct ratios {
  std::uint64_t known = 0;
  std::uint64_t within = 0;  ///< the limit
  double most = 0;
};

ratios ratios_of(const failures& of) {
  ratios counted;
  for (const shrunk* each : of) {
    const std::optional<double> ratio = each->ratio();
    if (!ratio) continue;
    ++counted.known;
    counted.within += *ratio <= shrunk_ratio_limit;
    counted.most = std::max(counted.most, *ratio);
  }
  return counted;
}

std::string milliseconds(const failures& of) {
  std::vector<double> sorted;
  for (const shrunk* each : of) sorted.push_back(1000 * each->seconds);
  std::sort(sorted.begin(), sorted.end());
  return sorted.empty() ? "" : fmt::format("{:.0f}", sorted[(sorted.size() - 1) / 2]);
}

std::uint64_t slips(const failures& of) {
  std::uint64_t sum = 0;
  for (const shrunk* each : of) sum += each->slips;
  return sum;
}

std::string line(const std::string& name, const std::string& depth, const failures& of) {
  const auto executions = values(of, &shrunk::executions);
  const auto after = values(of, &shrunk::after);
  const ratios counted = ratios_of(of);
  const std::string ratio =
      counted.known == 0 ? "-" : fmt::format("{} of {}, {:.1f}", counted.within, counted.known, counted.most);
  return fmt::format("{:<16}{:>6}{:>10}{:>8}{:>14}{:>8}{:>7}{:>8}{:>9}{:>18}\n", name, depth, of.size(),
                     percentile(values(of, &shrunk::before), 50),
                     fmt::format("{}/{}", percentile(executions, 50), percentile(executions, 95)), milliseconds(of),
                     slips(of), fmt::format("{}/{}", percentile(after, 50), percentile(after, 100)), optimum_text(of),
                     ratio);
}

failures all_of(const std::vector<shrinking_row>& all, const std::function<bool(const row&, const shrunk&)>& wanted) {
  failures chosen;
  for (const shrinking_row& each : all) {
    for (const shrunk& one : each.failures) {
      if (wanted(*each.of, one)) chosen.push_back(&one);
    }
  }
  return chosen;
}

std::vector<std::string> targets(const std::vector<shrinking_row>& all) {
  const failures every = all_of(all, [](const row&, const shrunk&) { return true; });
  const failures flat = all_of(all, [](const row& of, const shrunk&) { return of.depth <= shallow; });
  const std::uint64_t median = percentile(values(every, &shrunk::executions), 50);
  const auto few = std::count_if(flat.begin(), flat.end(),
                                 [](const shrunk* each) { return each->after <= shrunk_deviations_limit; });
  const ratios counted = ratios_of(every);
  const auto word = [](bool met) { return met ? "met" : "missed"; };
  return {fmt::format("median of executions at most {}: {} ({})", shrink_executions_limit,
                      word(median <= shrink_executions_limit), median),
          fmt::format("at most {} deviations left for depth up to {}: {} ({} of {} failures)", shrunk_deviations_limit,
                      shallow, word(static_cast<std::size_t>(few) == flat.size()), few, flat.size()),
          fmt::format(
              "at most {} times the exhaustive optimum: {} ({} of {} failures whose optimum is known; most {:.1f})",
              shrunk_ratio_limit, word(counted.within == counted.known), counted.within, counted.known, counted.most)};
}

nlohmann::json failure_json(const shrunk& each) {
  return {{"strategy", each.contender},
          {"seed", each.seed},
          {"deviations_before", each.before},
          {"deviations", each.after},
          {"executions", each.executions},
          {"cached", each.cached},
          {"slips", each.slips},
          {"out_of_budget", each.out_of_budget},
          {"seconds", each.seconds},
          {"optimum", each.best.deviations ? nlohmann::json(*each.best.deviations) : nlohmann::json()},
          {"optimum_at_least", each.best.at_least},
          {"optimum_runs", each.best.runs}};
}

}  // namespace

std::string shrinking_table(const std::vector<shrinking_row>& all, const options& asked) {
  std::string text = fmt::format(
      "Shrinking what {} strategies find with {} seeds each: deviations before (median), executions (median/p95),\n"
      "wall milliseconds (median), executions that ended in another failure (sum), deviations left (median/most),\n"
      "fewest there can be, failures within {} times these and the largest ratio\n"
      "{:<16}{:>6}{:>10}{:>8}{:>14}{:>8}{:>7}{:>8}{:>9}{:>18}\n",
      asked.contenders.size(), asked.seeds, shrunk_ratio_limit, "row", "depth", "failures", "before", "executions",
      "ms", "slips", "left", "optimum", "ratio");
  for (const shrinking_row& each : all) {
    failures kept;
    for (const shrunk& one : each.failures) kept.push_back(&one);
    text += line(each.of->id, fmt::format("{}", each.of->depth), kept);
    for (const auto& [why, count] : each.not_shrunk) text += fmt::format("     not shrunk: {} x {}\n", count, why);
  }
  text += "\n";
  for (const std::string& name : asked.contenders) {
    const failures of = all_of(all, [&](const row&, const shrunk& each) { return each.contender == name; });
    if (!of.empty()) text += line(name, "", of);
  }
  text += line("all", "", all_of(all, [](const row&, const shrunk&) { return true; })) + "\n";
  for (const std::string& each : targets(all)) text += each + "\n";
  return text;
}

std::string shrinking_json(const std::vector<shrinking_row>& all, const options& asked) {
  nlohmann::json made{{"seeds", asked.seeds}, {"first_seed", asked.first_seed}, {"strategies", asked.contenders}};
  for (const shrinking_row& each : all) {
    nlohmann::json one{{"row", each.of->id},
                       {"depth", each.of->depth},
                       {"not_found", each.not_found},
                       {"not_shrunk", each.not_shrunk},
                       {"failures", nlohmann::json::array()}};
    for (const shrunk& failure : each.failures) one["failures"].push_back(failure_json(failure));
    made["rows"].push_back(std::move(one));
  }
  made["targets"] = targets(all);
  return made.dump(1) + "\n";
}

}  // namespace bugs::bench
