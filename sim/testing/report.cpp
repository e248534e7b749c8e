// What people read about a failure, and what tools do.
#include "sim/testing/report.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "sim/testing/explain.hpp"
#include "sim/testing/failure_signature.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

constexpr std::size_t deviations_shown = 12;
constexpr std::size_t deviations_in_json = 1000;
constexpr std::size_t output_lines_shown = 25;

std::string indent(std::string_view text, std::string_view by) {
  std::string indented;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    indented += fmt::format("{}{}\n", by, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return indented;
}

std::string last_lines(const std::string& text, std::size_t count) {
  std::size_t at = text.size();
  while (at > 0 && count > 0) {
    const std::size_t newline = at < 2 ? std::string::npos : text.rfind('\n', at - 2);
    at = newline == std::string::npos ? 0 : newline + 1;
    --count;
  }
  return text.substr(at);
}

std::string headline(const finding& found, const palette& colours) {
  std::string name = found.seen.result.broke.name;
  name.resize(std::max<std::size_t>(name.size(), 40), ' ');
  std::string where_from = fmt::format("seed {}, run {}", hex(found.seed), found.run);
  if (found.seconds > 0) where_from += fmt::format(", {:.1f} s", found.seconds);
  return fmt::format("{}FAILED{}  {}  {}\n", colours.failed, colours.off, name, where_from);
}

std::string message(const sim::failure& broke, const palette& colours) {
  std::string text = indent(broke.message.empty() ? "(without a message)" : broke.message, "  ");
  if (broke.place.empty()) return text;
  text.pop_back();
  if (text.size() < 78) text.resize(78, ' ');
  return fmt::format("{}  {}{}{}\n", text, colours.dim, broke.place, colours.off);
}

/// What else than order is in it: a failure that needs a fault says so before anything else.
std::string beside_order(const observation& seen) {
  const deviation_counts counts = count_deviations(seen);
  std::string text;
  if (counts.faults > 0) text += ", with " + plural(counts.faults, "fault");
  if (counts.drawn > 0)
    text += fmt::format("{} {}", text.empty() ? ", with" : " and", plural(counts.drawn, "drawn value"));
  return text;
}

std::string deviations(const finding& found) {
  const observation& seen = found.seen;
  const std::uint64_t count = seen.result.deviations;
  const std::uint64_t of = seen.result.choices.size();
  if (count == 0) return fmt::format("  it fails in the natural order: none of {} differs\n", plural(of, "choice"));
  std::string text = fmt::format("  {} {} from the natural order (of {}){}:\n", plural(count, "choice"),
                                 count == 1 ? "differs" : "differ", spell_count(of), beside_order(seen));
  std::size_t number = 0;
  for (const std::string& sentence : explain_deviations(seen, deviations_shown, &found.natural)) {
    text += fmt::format("    {}. {}\n", ++number, sentence);
  }
  if (count > number) text += fmt::format("    ... and {} more\n", spell_count(count - number));
  return text;
}

}  // namespace

palette palette::for_descriptor(int descriptor) {
  const char* const unwanted = std::getenv("NO_COLOR");
  if ((unwanted != nullptr && *unwanted != '\0') || ::isatty(descriptor) == 0) return {};
  return {"\033[1;31m", "\033[32m", "\033[2m", "\033[0m"};
}

std::string failure_report(const finding& found, const report_lines& lines, const palette& colours) {
  std::string text = headline(found, colours) + message(found.seen.result.broke, colours);
  if (found.what == finding::nature::failure) text += deviations(found);
  if (!found.confirmed) text += "  not confirmed in a fresh process: the search was interrupted\n";
  if (found.seen.truncated) {
    text += "  the run made more choices than there was room to record: it can be run again by seed and run only\n";
  }
  if (!found.seen.complete && !found.seen.output.empty()) {
    text += "  the end of what the process printed:\n";
    text += indent(last_lines(found.seen.output, output_lines_shown), "    | ");
  }
  if (!lines.replay.empty()) text += fmt::format("  replay:  {}\n", lines.replay);
  if (!lines.shrink.empty()) text += fmt::format("  shrink:  {}\n", lines.shrink);
  if (!lines.explain.empty()) text += fmt::format("  explain: {}\n", lines.explain);
  return text;
}

nlohmann::json failure_json(const finding& found, const std::string& file) {
  static constexpr const char* natures[] = {"failure", "leaking_state", "not_deterministic"};
  const run_result& result = found.seen.result;
  const failure_signature signature = signature_of(result);
  nlohmann::json text = {{"name", valid_utf8(result.broke.name)},
                         {"kind", signature.kind},
                         {"site", signature.site},
                         {"signature", signature.text()},
                         {"confirmed", found.confirmed},
                         {"message", valid_utf8(result.broke.message)},
                         {"place", valid_utf8(result.broke.place)},
                         {"nature", natures[static_cast<std::size_t>(found.what)]},
                         {"outcome", sim::name(result.ended)},
                         {"seed", hex(found.seed)},
                         {"run", found.run},
                         {"seconds", found.seconds},
                         {"choices", result.choices.size()},
                         {"deviations", result.deviations},
                         {"trace_hash", hex(result.hash)},
                         {"explanation", nlohmann::json::array()}};
  for (const std::string& sentence : explain_deviations(found.seen, deviations_in_json, &found.natural)) {
    text["explanation"].push_back(valid_utf8(sentence));
  }
  if (!file.empty()) text["file"] = valid_utf8(file);
  return text;
}

}  // namespace twinloop::testing
