// An explanation for people and for tools.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/testing/explain.hpp"
#include "sim/testing/explanation.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

using nlohmann::json;

std::string name_of(const explanation& why, std::uint64_t identity) {
  const observation* const clean = why.race ? &why.race->clean : nullptr;
  for (const observation* seen : {static_cast<const observation*>(&why.shrunk.best), &why.natural, clean}) {
    if (seen == nullptr) continue;
    const auto found = seen->step_names.find(identity);
    if (found != seen->step_names.end()) return found->second;
  }
  return fmt::format("#{:x}", identity);
}

/// Both as the one run has them that has both, so that their numbers are counted in one run.
std::pair<std::string, std::string> names_of(const explanation& why, const step_pair& pair) {
  const bool in_failing = !pair.second_in_clean && pair.first_in_failing;
  const trace_step& first = in_failing ? *pair.first_in_failing : pair.first;
  const trace_step& second = pair.second_in_clean ? *pair.second_in_clean : pair.second;
  auto names =
      told_apart(name_of(why, first.identity), first.occurrence, name_of(why, second.identity), second.occurrence);
  if (names.first == names.second) {  // each is in one run only, where it has this number
    names.first += " in the run that does not fail";
    names.second += " in the run that fails";
  }
  return names;
}

/// What came of turning the pair round, and nothing else that is chosen.
std::string tested_text(const flips& tested) {
  std::string text;
  const auto add = [&](const flip& what, const char* run, const char* decides, const char* does_not) {
    if (!what.tested()) return;
    const bool otherwise = what.came == flip::outcome::fails_otherwise;
    text += fmt::format("{}{} {}", text.empty() ? "" : "; ", run,
                        otherwise        ? "fails otherwise (" + what.failure + ")"
                        : what.decides() ? decides
                                         : does_not);
  };
  add(tested.to_clean, "the failing run with B held for A", "is clean", "fails still");
  add(tested.to_failing, "the clean run with A held for B", "fails so", "is clean still");
  return text.empty() ? text : fmt::format("    their order alone: {}\n", text);
}

const char* spell(const flip& what) {
  switch (what.came) {
    case flip::outcome::decides:
      return "decides";
    case flip::outcome::does_not:
      return "does not";
    case flip::outcome::fails_otherwise:
      return "fails otherwise";
    default:
      return "untested";
  }
}

/// What the run that does not fail has instead of the choice that decides.
std::string instead(const racing_pair& race, std::size_t deviations) {
  const std::string which = deviations == 1 ? "the choice" : fmt::format("choice {}", race.deviation + 1);
  return race.smaller.value == 0 ? fmt::format("{} natural", which)
                                 : fmt::format("{} smaller, {} of {}", which, race.smaller.value, race.smaller.n - 1);
}

std::string no_race_text(const deviation_counts& counts) {
  if (counts.others > 0) return "  the race: no pair of callbacks was found whose order decides this\n";
  const char* const what = counts.faults == 0  ? "the values that the test draws"
                           : counts.drawn == 0 ? "what fails"
                                               : "what fails, and the values that the test draws,";
  return fmt::format("  no race: no choice of order is needed; {} decide{} this\n", what,
                     counts.faults > 0 && counts.drawn == 0 ? "s" : "");
}

std::string race_text(const explanation& why) {
  const observation& failing = why.shrunk.best;
  if (failing.result.deviations == 0) return {};
  if (!why.race) return no_race_text(count_deviations(failing));
  const racing_pair& race = *why.race;
  const bool one_of_them = !race.pair.second_in_clean && !race.pair.first_in_failing;
  std::string text =
      fmt::format("  the race: {}, and {}\n",
                  race.pair.share_key ? "two callbacks touch the same thing" : "two callbacks of one process",
                  one_of_them ? "whichever comes first, the other does not come" : "both orders occur");
  const auto [a, b] = names_of(why, race.pair);
  text += fmt::format("    A  {}\n    B  {}\n", a, b);
  text += fmt::format("    {} ({}): {}\n", race.pair.second_in_clean ? "A then B" : "A, and never B",
                      instead(race, failing.result.deviations), experiments::outcome(race.clean));
  text += fmt::format("    {}: {}\n", race.pair.first_in_failing ? "B then A" : "B, and A not yet",
                      experiments::outcome(failing));
  text += tested_text(race.tested);
  if (race.others > 0) {
    text += fmt::format("    the two runs differ in the order of {} that could race as well\n",
                        plural(race.others, "pair"));
  }
  return text;
}

std::string indented(const std::string& text, const char* by) {
  std::string all;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    all += fmt::format("{}{}\n", by, text.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

json cell_json(const std::optional<timeline_cell>& cell) {
  if (!cell) return nullptr;
  return {{"time_ns", cell->time}, {"mark", std::string(1, cell->mark)}, {"text", valid_utf8(cell->text)}};
}

json timeline_json(const std::vector<timeline_line>& lines) {
  json rows = json::array();
  for (const timeline_line& line : lines) {
    if (line.folded != 0) {
      rows.push_back({{"folded", line.folded}, {"alike", line.folded_alike}});
    } else {
      rows.push_back({{"natural", cell_json(line.natural)}, {"failing", cell_json(line.failing)}});
    }
  }
  return rows;
}

json race_json(const explanation& why) {
  if (!why.race) return nullptr;
  const racing_pair& race = *why.race;
  const auto [first, second] = names_of(why, race.pair);
  return {{"first", valid_utf8(first)},
          {"second", valid_utf8(second)},
          {"turned_to_clean", spell(race.tested.to_clean)},
          {"turned_to_failing", spell(race.tested.to_failing)},
          {"share_key", race.pair.share_key},
          {"deviation", race.deviation + 1},
          {"smaller", race.smaller.value},
          {"first_then_second", valid_utf8(experiments::outcome(race.clean))},
          {"second_then_first", valid_utf8(experiments::outcome(why.shrunk.best))},
          {"other_pairs", race.others}};
}

}  // namespace

std::string explanation_text(const explanation& why) {
  std::string text = race_text(why);
  if (!why.timeline.empty()) {
    text += "  where the two runs part (* elsewhere in the other run, + not there, or not before it failed):\n";
    text += indented(timeline_text(why.timeline, 116), "  ");
  }
  return text + "  tested: " + indented(confidence_text(why.sure), "          ").substr(10);
}

json explanation_json(const explanation& why) {
  json without = json::array();
  for (const std::string& outcome : why.sure.without) without.push_back(valid_utf8(outcome));
  return {{"race", race_json(why)},
          {"timeline", timeline_json(why.timeline)},
          {"natural", valid_utf8(experiments::outcome(why.natural))},
          {"executions", why.executions},
          {"confidence",
           {{"replays", why.sure.replays},
            {"identical", why.sure.identical},
            {"without_each", without},
            {"needless", why.sure.needless},
            {"random_runs", why.sure.random},
            {"random_fail_with", why.sure.fail_with},
            {"random_fail_without", why.sure.fail_without}}}};
}

}  // namespace twinloop::testing
