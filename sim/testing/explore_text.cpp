// What people read of a search.
#include "sim/testing/explore_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

constexpr std::uint64_t counted_runs_max = 1'000'000'000'000;  // beyond it, the number says "no limit"

double rate(const search_status& status) {
  return status.seconds > 0 ? static_cast<double>(status.runs) / status.seconds : 0;
}

std::string failures_so_far(const search_status& status) {
  if (status.failing == 0) return "no failure";
  return fmt::format("{} in {}", plural(status.distinct, "failure"), plural(status.failing, "run"));
}

/// "15 s", "3 min", "2.5 h".
std::string spell_seconds(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  if (seconds < 6000) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string percent(double share) {
  const double value = share * 100;
  return fmt::format("{:.{}f} %", value, value >= 10 || value == 0 ? 0 : value >= 0.1 ? 1 : 3);
}

std::string coverage_text(const coverage_report& seen) {
  std::string text =
      fmt::format("{}, {} of them met once, {}: the chance that a next run is new is about {}",
                  seen.classes == 1 ? "1 trace class" : spell_count(seen.classes) + " trace classes",
                  spell_count(seen.singletons), plural(seen.runs - seen.classes, "duplicate"), percent(seen.unseen()));
  if (seen.saturated()) {
    text += fmt::format("; saturated: the last {} runs were like others before them", spell_count(seen.since_new));
  }
  return text + fmt::format("\n  {} seen, {} of them in both orders", plural(seen.pairs, "order pair"),
                            spell_count(seen.pairs_both));
}

}  // namespace

std::string progress_text(const std::string& name, const search_status& status, const explore_options& options) {
  const std::uint64_t places = options.part.places(options.runs);
  const std::uint64_t wanted = places - std::min(places, options.done.size());
  const bool counted = options.runs < counted_runs_max;
  std::string text = fmt::format("{}: {}{} runs, {} runs/s, {}", name, spell_count(status.runs),
                                 counted ? " of " + spell_count(wanted) : "",
                                 spell_count(static_cast<std::uint64_t>(rate(status))), failures_so_far(status));
  if (status.seen.runs > 0) text += fmt::format(", {} chance of a new trace class", percent(status.seen.unseen()));
  std::optional<double> left;
  if (options.seconds) left = *options.seconds - status.seconds;
  if (counted && rate(status) > 0) {
    const double by_runs = static_cast<double>(wanted - std::min(wanted, status.runs)) / rate(status);
    left = left ? std::min(*left, by_runs) : by_runs;
  }
  if (left) text += fmt::format(", {} left", spell_seconds(std::max(*left, 0.0)));
  return text;
}

std::string summary_text(const std::string& name, const exploration& done, const explore_options& options,
                         const replay_files& files, const palette& colours) {
  const search_status& status = done.status;
  if (status.runs == 0 && !options.done.empty() && !done.interrupted) {
    return fmt::format("{}: nothing left to do; earlier searches have done all runs that were asked for\n", name);
  }
  const std::string verdict = done.failures.empty()
                                  ? fmt::format("{}clean{}", colours.good, colours.off)
                                  : fmt::format("{}{}{}", colours.failed, failures_so_far(status), colours.off);
  std::string text = fmt::format("{}: {}; seed {}{}, {}, {}, {:.1f} s, {} runs/s with {}\n", name, verdict,
                                 hex(options.seed), options.part.whole() ? "" : ", shard " + options.part.text(),
                                 plural(status.runs, "run"), plural(status.choices, "choice"), status.seconds,
                                 spell_count(static_cast<std::uint64_t>(rate(status))), plural(options.jobs, "job"));
  for (const auto& [what, kept] : done.failures) {
    const auto file = files.find(what);
    text += fmt::format("  {:>8} x {}; first in run {}{}{}\n", spell_count(kept.count), what.text(), kept.first.run,
                        file == files.end() ? "" : ", " + file->second,
                        kept.first.confirmed ? "" : " (not confirmed: the search was interrupted)");
  }
  if (status.seen.runs > 0) text += "  " + coverage_text(status.seen) + "\n";
  if (done.saturated) {
    text += fmt::format("  ended by --until-saturated: {} runs without a new trace class\n",
                        spell_count(status.seen.since_new));
  }
  if (done.killed > 0) {
    text += fmt::format("  {} killed from outside, which is no failure; is there enough memory for {}?\n",
                        done.killed == 1 ? "1 worker was" : spell_count(done.killed) + " workers were",
                        plural(options.jobs, "job"));
  }
  if (done.interrupted) text += "  interrupted before its budget was used up\n";
  if (done.enough && options.max_failures > 1) {
    text += fmt::format("  ended by --max-failures {}\n", options.max_failures);
  }
  return text;
}

std::string failures_text(const result_failures& failures) {
  std::string text;
  for (const auto& [what, failure] : failures) {
    text += fmt::format("  {:>8} x {}; first in run {}{}\n", spell_count(failure.count), what.text(), failure.run,
                        failure.file.empty() ? "" : ", " + failure.file);
  }
  return text;
}

std::string kept_text(const kept_results& kept, const palette& colours) {
  const result_summary sum = kept.all().summary();
  return fmt::format("{}results{}: {} holds {} and {}{}\n", colours.dim, colours.off, kept.path(),
                     plural(sum.runs, "run"), plural(sum.failures.size(), "failure"),
                     kept.resumed() ? ", with those of earlier searches" : "");
}

}  // namespace twinloop::testing
