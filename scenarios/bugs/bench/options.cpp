// The command line of bench_bugs.
#include "scenarios/bugs/bench/options.hpp"

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "scenarios/bugs/bench/contenders.hpp"
#include "scenarios/bugs/rows.hpp"

namespace bugs::bench {
namespace {

constexpr const char* about =
    "The bug benchmark: how soon each strategy finds each rebuilt bug, how it compares with the baselines, how many\n"
    "orders it sees and how fast, what shrinking makes of a failure, and whether the fixed twins stay clean.\n"
    "Tables in this order: schedules and time to first failure; hit rates; tests against random_walk, nodefz and "
    "nacd;\n"
    "different orders, their spread, order pairs; pace; all rows together; the default search with shrinking, trust "
    "and\n"
    "targets. docs/search-bugs.md says what each figure is.\n"
    "Exit status: 0 everything ran (a missed target is a result, not a failure), 2 wrong use.";
constexpr int wrong_use = 2;

std::string choose_rows(const std::vector<std::string>& ids, options& out) {
  for (const std::string& id : ids) {
    const row* found = find_row(id);
    if (found == nullptr) return fmt::format("--rows: there is no row {}; rows are called B01, B02, ...", id);
    out.rows.push_back(found);
  }
  if (ids.empty()) out.rows.assign(all_rows().begin(), all_rows().end());
  return {};
}

std::string choose_contenders(const std::vector<std::string>& names, options& out) {
  const std::vector<std::string> known = contender_names();
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return fmt::format("--strategies: there is no {}; there are {}", name, fmt::join(known, ", "));
    }
  }
  out.contenders = names.empty() ? known : names;
  if (std::find(out.contenders.begin(), out.contenders.end(), default_search) == out.contenders.end()) {
    out.contenders.insert(out.contenders.begin(), default_search);
  }
  return {};
}

std::string choose_settings(const std::vector<std::string>& texts, options& out) {
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) return fmt::format("--set: {} is no setting; one is clients=3", text);
    const std::string name = text.substr(0, equals);
    const std::string value = text.substr(equals + 1);
    const auto known = dial_settings(*all_rows().front(), true);
    const auto dial = known.find(name);
    if (dial == known.end()) return fmt::format("--set: there is no dial {}; see --help", name);
    if (!dial->second.takes(value))
      return fmt::format("--set: {} takes {}, not \"{}\"", name, dial->second.allowed(), value);
    out.settings[name] = value;
  }
  return {};
}

}  // namespace

std::optional<int> parse(int argc, char** argv, options& out) {
  CLI::App app(about, "bench_bugs");
  std::vector<std::string> ids;
  std::vector<std::string> names;
  bool quick = false;
  app.add_option("--rows", ids, "Only these rows, as B01,B02")->delimiter(',');
  app.add_option("--strategies", names, fmt::format("Only these: {}", fmt::join(contender_names(), ", ")))
      ->delimiter(',');
  std::vector<std::string> settings;
  app.add_option("--set", settings, "Dials of all rows: clients=N, noise_chains=N, noise_length=N, latency=spread")
      ->delimiter(',')
      ->type_name("NAME=VALUE");
  app.add_flag("--quick", quick, "10 seeds, hit rates over 500 runs, 2000 runs of each fixed twin, 1 failure shrunk");
  app.add_flag("--shrink", out.shrink_only,
               "Measure shrinking instead: what every strategy finds with every seed is shrunk, and held against the "
               "fewest deviations there can be; 10 seeds, searches of up to 1 s");
  auto* seeds = app.add_option("--seeds", out.seeds, "Searches of each cell")->capture_default_str();
  app.add_option("--first-seed", out.first_seed, "Seed of the first search; other seeds are other searches")
      ->capture_default_str();
  auto* alarms =
      app.add_option("--false-alarms", out.false_alarms, "Runs of each fixed twin, 0 for none")->capture_default_str();
  auto* rates = app.add_option("--rate-runs", out.rate_runs,
                               "Runs that hit rates, orders and pairs are counted over; the pace is of the first 1000")
                    ->capture_default_str();
  auto* shrinks = app.add_option("--shrinks", out.shrinks, "Failures of the default search to shrink, of each row")
                      ->capture_default_str();
  app.add_option("--schedules", out.schedules, "A search gives up after so many schedules")->capture_default_str();
  auto* seconds =
      app.add_option("--seconds", out.seconds, "or after this time")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--json", out.json,
                 "Write all figures to this file, with every trial, the growth of orders and the exact p")
      ->type_name("FILE");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_use;
  }
  if (quick) {
    if (seeds->empty() && !out.shrink_only) out.seeds = 10;
    if (alarms->empty()) out.false_alarms = 2000;
    if (rates->empty()) out.rate_runs = 500;
    if (shrinks->empty()) out.shrinks = 1;
  }
  if (out.shrink_only) {
    if (seeds->empty()) out.seeds = quick ? 2 : 10;
    if (seconds->empty()) out.seconds = 1;
  }
  std::string wrong = out.seeds == 0 ? "--seeds: at least 1 search is needed" : "";
  if (out.schedules == 0 || out.rate_runs == 0) wrong = "--schedules and --rate-runs: at least 1 is needed";
  if (wrong.empty()) wrong = choose_rows(ids, out);
  if (wrong.empty()) wrong = choose_contenders(names, out);
  if (wrong.empty()) wrong = choose_settings(settings, out);
  if (wrong.empty()) return std::nullopt;
  fmt::print(stderr, "bench_bugs: {}\n", wrong);
  return wrong_use;
}

}  // namespace bugs::bench
