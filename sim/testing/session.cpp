// What all commands of a scenario binary share.
#include "sim/testing/session.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/testing/settings.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

constexpr std::uint64_t default_runs = 10'000;

std::string did_you_mean(const std::string& wanted, const std::vector<std::string>& known) {
  const std::optional<std::string> near = nearest_name(wanted, known);
  return near ? fmt::format("; did you mean \"{}\"?", *near) : "";
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::uint32_t parse_kinds(const std::string& text) {
  std::vector<std::string> known;
  std::uint32_t all = 0;
  for (std::size_t index = 0; index < sim::choice_kinds; ++index) {
    const auto kind = static_cast<sim::choice_kind>(index);
    if ((sim::reserved_kinds() & sim::bit(kind)) != 0) continue;
    known.emplace_back(sim::name(kind));
    all |= sim::bit(kind);
  }
  if (text == "all") return all;
  std::uint32_t kinds = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string word = text.substr(at, end - at);
    const std::size_t index = sim::parse_choice_kind(word);
    if (index >= sim::choice_kinds) {
      throw usage_error{fmt::format("--kinds: there is no kind of choice \"{}\"{} (known: all, {})", word,
                                    did_you_mean(word, known), join(known))};
    }
    const std::uint32_t kind = sim::bit(static_cast<sim::choice_kind>(index));
    if ((sim::reserved_kinds() & kind) != 0) {
      throw usage_error{fmt::format(
          "--kinds: {} is reserved: no world asks choices of that kind yet (there are: all, {})", word, join(known))};
    }
    kinds |= kind;
    at = end + 1;
  }
  return kinds;
}

sim::strategy parse_strategy(const std::string& text) {
  if (const auto found = sim::parse_strategy(text)) return *found;
  if (text == "dpor" || text == "dfs") {
    throw usage_error{fmt::format("--strategy: {} is a search of explore only: its runs have no numbers", text)};
  }
  std::vector<std::string> known;
  for (std::size_t index = 0; index < sim::strategies; ++index) {
    known.emplace_back(sim::name(static_cast<sim::strategy>(index)));
  }
  known.insert(known.end(), {"dpor", "dfs"});
  throw usage_error{fmt::format("--strategy: there is no strategy \"{}\"{} (known: {})", text,
                                did_you_mean(text, known), join(known))};
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

const scenario& find_scenario(const session& session, const std::string& name) {
  std::vector<std::string> known;
  for (const scenario& each : session.all) {
    if (each.name == name) return each;
    known.emplace_back(each.name);
  }
  if (known.empty()) throw usage_error{"this binary has no scenarios"};
  if (name.empty() && known.size() == 1) return session.all.front();
  if (name.empty()) throw usage_error{fmt::format("which scenario? This binary has: {}", join(known))};
  throw usage_error{
      fmt::format("there is no scenario \"{}\"{} (known: {})", name, did_you_mean(name, known), join(known))};
}

configuration parse_settings(const scenario& story, const std::vector<std::string>& settings) {
  configuration parsed;
  for (const std::string& text : settings) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw usage_error{fmt::format("--set {}: write it as name=value", text)};
    }
    parsed[text.substr(0, equals)] = text.substr(equals + 1);
  }
  if (const auto wrong = wrong_setting(story, parsed)) throw usage_error{"--set: " + *wrong};
  return parsed;
}

subject make_subject(const session& session, const scenario& story) {
  subject what = make_subject(story, parse_settings(story, session.line.settings));
  if (session.line.kinds) what.kinds = parse_kinds(*session.line.kinds);
  if (!session.line.strategy.empty() && !is_systematic(session.line)) what.how = parse_strategy(session.line.strategy);
  return what;
}

replay_file load_replay(const session& session) {
  std::string error;
  std::optional<replay_file> file = replay_file::load(session.line.file, error);
  if (!file) throw usage_error{error};
  if (file->program != session.line.program && !session.line.lenient) {
    throw usage_error{fmt::format("{} was recorded by the program \"{}\", and this is \"{}\"; run it with {}",
                                  session.line.file, file->program, session.line.program, file->program)};
  }
  return *std::move(file);
}

subject make_subject(const session& session, const replay_file& file) {
  const bool known = std::any_of(session.all.begin(), session.all.end(),
                                 [&](const scenario& each) { return each.name == file.scenario; });
  if (!known) {
    throw usage_error{fmt::format("{} is a run of the scenario \"{}\", which this program does not have",
                                  session.line.file, file.scenario)};
  }
  const scenario& story = find_scenario(session, file.scenario);
  if (const auto wrong = wrong_setting(story, file.settings)) {
    throw usage_error{fmt::format("{} cannot be used: {}", session.line.file, *wrong)};
  }
  return make_subject(story, file.settings);
}

run_result expected_failure(const session& session, const replay_file& file) {
  const std::optional<run_result> expected = recorded_failure(file);
  if (!expected) {
    throw usage_error{fmt::format("{} is the record of a clean run; there is no failure in it", session.line.file)};
  }
  return *expected;
}

std::string output_path(const session& session, const finding& found, const std::string& scenario,
                        std::size_t ordinal) {
  std::string name = fmt::format("{}-{:x}.twin", scenario, found.seed);
  if (ordinal > 0) name = fmt::format("{}-{:x}-{}.twin", scenario, found.seed, found.run);
  if (session.line.output.empty()) return name;
  if (is_directory(session.line.output)) return fmt::format("{}/{}", session.line.output, name);
  return ordinal == 0 ? session.line.output : fmt::format("{}-{}", session.line.output, found.run);
}

std::string run_words(const session& session, const subject& what, const finding& found) {
  std::string words =
      fmt::format("{} run {} --seed {} --run {}", session.line.invoked, what.name, hex(found.seed), found.run);
  for (const std::string& setting : session.line.settings) words += fmt::format(" --set {}", shell_word(setting));
  if (session.line.kinds) words += fmt::format(" --kinds {}", *session.line.kinds);
  if (!session.line.strategy.empty()) words += fmt::format(" --strategy {}", session.line.strategy);
  return words;
}

bool is_systematic(const command_line& line) {
  return line.what == command::explore && (line.strategy == "dpor" || line.strategy == "dfs");
}

budget budget_of(const command_line& line) {
  budget limits;
  if (!line.budget.empty()) {
    std::string error;
    const std::optional<budget> parsed = parse_budget(line.budget, error);
    if (!parsed) throw usage_error{"--budget: " + error};
    limits = *parsed;
  }
  if (line.runs) limits.runs = line.runs;
  if (line.seconds) limits.seconds = line.seconds;
  if (!limits.runs) limits.runs = limits.seconds || line.until_saturated != 0 ? runs_without_limit : default_runs;
  return limits;
}

std::chrono::milliseconds stall_time(const command_line& line) {
  const double milliseconds = std::clamp(line.stall * 1000, 1.0, 1e9);
  return std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds));
}

}  // namespace twinloop::testing
