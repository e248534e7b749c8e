// All figures for scripts: what tables round or leave out stands here, too.
#include <nlohmann/json.hpp>

#include "scenarios/bugs/bench/comparison.hpp"
#include "scenarios/bugs/bench/report.hpp"

namespace bugs::bench {
namespace {

using nlohmann::json;

template <typename Value>
json or_null(const std::optional<Value>& value) {
  return value ? json(*value) : json();
}

json orders_json(const order_figures& shown) {
  json made{{"entropy_bits", shown.entropy_bits},  {"duplicates", shown.seen.duplicates()},
            {"singletons", shown.seen.singletons}, {"pairs", shown.seen.pairs},
            {"pairs_both", shown.seen.pairs_both}, {"growth", json::array()}};
  for (const growth_point& each : shown.growth) {
    made["growth"].push_back({{"runs", each.runs}, {"classes", each.classes}});
  }
  return made;
}

json pace_json(const pace& shown) {
  return {{"schedules", shown.schedules},
          {"decisions", shown.decisions},
          {"processor_seconds", shown.seconds},
          {"processor_seconds_from_list", shown.listed_seconds},
          {"schedules_per_second", shown.schedules_per_second()},
          {"decisions_per_second", shown.decisions_per_second()},
          {"overhead_ns_per_decision", shown.overhead_ns()}};
}

json comparison_json(const comparison& shown) {
  constexpr const char* bounds[] = {"exactly", "at_least", "at_most"};
  json made{{"log_rank_p", shown.test.p}, {"log_rank_excess", shown.test.excess}, {"median_ratio", json()}};
  if (shown.times_sooner) {
    made["median_ratio"] = shown.times_sooner->value;
    made["median_ratio_is"] = bounds[static_cast<std::size_t>(shown.times_sooner->as)];
  }
  return made;
}

json cell_json(const row_figures& of, const cell& shown, const std::vector<std::string>& rivals) {
  json made{{"strategy", shown.contender},
            {"rate_runs", shown.rate_runs},
            {"hits", shown.hits},
            {"classes", shown.orders.seen.classes},
            {"orders", orders_json(shown.orders)},
            {"pace", pace_json(shown.speed)},
            {"against", json::object()}};
  for (const trial& each : shown.trials) {
    made["trials"].push_back({{"schedules", each.schedules}, {"found", each.found}, {"seconds", each.seconds}});
  }
  const std::pair<const char*, double> quantiles[] = {{"median", 0.5}, {"p90", 0.9}, {"p95", 0.95}};
  for (const auto& [name, q] : quantiles) {
    made[name] = or_null(quantile(shown.trials, q));
    made[std::string(name) + "_seconds"] = or_null(quantile_seconds(shown.trials, q));
  }
  for (const std::string& rival : rivals) {
    if (rival != shown.contender) made["against"][rival] = comparison_json(compare(shown, *of.find(rival)));
  }
  return made;
}

json shrunk_json(const shrunk& each) {
  return {{"seed", each.seed},
          {"deviations_before", each.before},
          {"deviations", each.after},
          {"executions", each.executions},
          {"slips", each.slips},
          {"seconds", each.seconds},
          {"optimum", or_null(each.best.deviations)},
          {"optimum_at_least", each.best.at_least}};
}

json row_json(const row_figures& each, const std::vector<std::string>& rivals) {
  json one{{"row", each.of->id},
           {"name", each.of->name},
           {"origin", each.of->origin},
           {"depth", each.of->depth},
           {"natural_as_expected", each.natural_as_expected},
           {"replays", each.replays},
           {"identical_replays", each.identical_replays},
           {"shrunk", json::array()},
           {"classes_of_any", each.any_order.classes},
           {"pairs_of_any", each.any_order.pairs},
           {"pairs_both_of_any", each.any_order.pairs_both},
           {"fixed_runs", each.fixed_runs},
           {"false_alarms", each.false_alarms},
           {"other_failures", each.other_failures},
           {"targets", judge(each).text()}};
  for (const shrunk& failure : each.failures) one["shrunk"].push_back(shrunk_json(failure));
  for (const cell& shown : each.cells) one["cells"].push_back(cell_json(each, shown, rivals));
  return one;
}

}  // namespace

std::string json_text(const std::vector<row_figures>& all, const options& asked) {
  json made{{"seeds", asked.seeds},     {"first_seed", asked.first_seed}, {"schedules", asked.schedules},
            {"seconds", asked.seconds}, {"settings", asked.settings},     {"rows", json::array()}};
  for (const row_figures& each : all) made["rows"].push_back(row_json(each, rivals_among(asked.contenders)));
  made["targets"] = judge_all(all);
  return made.dump(1) + "\n";
}

}  // namespace bugs::bench
