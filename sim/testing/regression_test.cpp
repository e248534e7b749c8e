// The source of a GoogleTest test that runs one failing schedule again.
#include "sim/testing/regression_test.hpp"

#include <fmt/format.h>

#include "sim/testing/explain.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

/// A C++ string literal.
std::string literal(std::string_view text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    quoted += letter == '\n' ? std::string("\\n") : std::string(1, letter);
  }
  return quoted + "\"";
}

/// The name as an identifier.
std::string identifier(std::string name) {
  for (char& letter : name) {
    const bool fine = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                      (letter >= '0' && letter <= '9') || letter == '_';
    if (!fine) letter = '_';
  }
  return name;
}

std::string one_line(std::string text) {
  for (char& letter : text) {
    if (letter == '\n' || letter == '\r') letter = ' ';
  }
  while (!text.empty() && text.back() == '\\') text.pop_back();  // it would go on in the next line
  return text;
}

std::string settings_text(const configuration& settings) {
  std::string text;
  for (const auto& [name, value] : settings) {
    text += fmt::format("{}{{{}, {}}}", text.empty() ? "" : ", ", literal(name), literal(value));
  }
  return "{" + text + "}";
}

std::string choice_text(const sim::choice_record& made) {
  return fmt::format(
      "          {{.label = {:#x}, .option = {:#x}, .occurrence = {}, .n = {}, .value = {}, .kind = "
      "twinloop::sim::choice_kind::{}}},\n",
      made.label, made.option, made.occurrence, made.n, made.value, sim::name(made.kind));
}

std::string choices_text(const finding& found, const observation& natural) {
  const std::vector<std::string> sentences = explain_deviations(found.seen, SIZE_MAX, &natural);
  std::string text;
  std::size_t number = 0;
  for (const sim::choice_record& made : found.seen.result.choices) {
    if (made.value == 0) continue;
    text += fmt::format("          // {}\n", one_line(sentences.at(number++)));
    text += choice_text(made);
  }
  return text;
}

std::string schedule_text(const finding& found, const regression_subject& about, const observation& natural) {
  if (about.as_list) {
    return "  twinloop::sim::replay_source schedule(\n      {\n" + choices_text(found, natural) +
           "      },\n      twinloop::sim::replay_source::matching::lenient);\n";
  }
  return fmt::format(
      "  std::string error;\n"
      "  const auto file = twinloop::testing::replay_file::load({}, error);\n"
      "  ASSERT_TRUE(file) << error;\n"
      "  twinloop::sim::replay_source schedule(file->choices, twinloop::sim::replay_source::matching::lenient);\n",
      literal(about.file));
}

}  // namespace

std::string regression_test(const finding& found, const regression_subject& about, const observation& natural) {
  const sim::failure& broke = found.seen.result.broke;
  std::string text = fmt::format("// {}: {}\n", broke.name, one_line(broke.message));
  text += fmt::format("// Found by searching the scenario {} with seed {}, run {}.\n", literal(about.what->name),
                      hex(found.seed), found.run);
  if (broke.name == "stalled") text += "// While the bug is there, it never ends: run it with a limit of time.\n";
  if (!found.seen.complete && broke.name != "stalled") text += "// While the bug is there, the process dies in it.\n";
  text += fmt::format("TEST(regression, {}) {{\n", identifier(broke.name));
  text += schedule_text(found, about, natural);
  text += fmt::format("  const auto story = twinloop::testing::find_scenario({}, {});\n", about.scenarios,
                      literal(about.what->name));
  text += fmt::format("  const auto run = twinloop::testing::run_once(story, {}, &schedule, {});\n",
                      settings_text(about.what->settings), hex(about.data_seed));
  text +=
      "  EXPECT_EQ(run.ended, twinloop::sim::outcome::clean) << run.broke.name << \": \" << run.broke.message;\n}\n";
  return text;
}

}  // namespace twinloop::testing
