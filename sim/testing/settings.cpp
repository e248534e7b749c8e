// The settings of scenarios: which there are, and which values each takes.
#include "sim/testing/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

std::string did_you_mean(const std::optional<std::string>& near) {
  return near ? fmt::format("; did you mean \"{}\"?", *near) : "";
}

std::string unknown_setting(const scenario& story, const std::string& name) {
  if (story.defaults.empty()) {
    return fmt::format("scenario \"{}\" has no settings, so it cannot have \"{}\"", story.name, name);
  }
  std::vector<std::string> known;
  for (const auto& [each, declared] : story.defaults) known.push_back(each);
  return fmt::format("scenario \"{}\" has no setting \"{}\"{} (known: {})", story.name, name,
                     did_you_mean(nearest_name(name, known)), fmt::join(known, ", "));
}

}  // namespace

setting setting::number(std::uint64_t standard, std::uint64_t min, std::uint64_t max) {
  setting made(std::to_string(standard));
  made.type_ = type::number;
  made.min_ = min;
  made.max_ = max;
  TWINLOOP_ASSERT(made.takes(made.standard_));
  return made;
}

setting setting::one_of(std::string standard, std::vector<std::string> words) {
  setting made(std::move(standard));
  made.type_ = type::word;
  made.words_ = std::move(words);
  TWINLOOP_ASSERT(made.takes(made.standard_));
  return made;
}

setting setting::flag(bool standard) { return one_of(standard ? "1" : "0", {"0", "1"}); }

bool setting::takes(const std::string& value) const {
  switch (type_) {
    case type::text:
      return true;
    case type::number: {
      const std::optional<std::uint64_t> number = parse_number(value);
      return number && *number >= min_ && *number <= max_;
    }
    case type::word:
      return std::find(words_.begin(), words_.end(), value) != words_.end();
  }
  return false;
}

std::string setting::allowed() const {
  if (type_ == type::text) return "any text";
  if (type_ == type::number) return fmt::format("a number from {} to {}", min_, max_);
  std::vector<std::string> shown;
  for (const std::string& word : words_) shown.push_back(word.empty() ? "\"\"" : word);
  return words_.size() == 2 ? fmt::format("{} or {}", shown[0], shown[1])
                            : fmt::format("one of {}", fmt::join(shown, ", "));
}

std::optional<std::string> setting::nearest(const std::string& value) const { return nearest_name(value, words_); }

std::optional<std::string> wrong_setting(const scenario& story, const configuration& settings) {
  for (const auto& [name, value] : settings) {
    const auto declared = story.defaults.find(name);
    if (declared == story.defaults.end()) return unknown_setting(story, name);
    if (declared->second.takes(value)) continue;
    return fmt::format("setting \"{}\" of scenario \"{}\" cannot be \"{}\": it takes {}{}", name, story.name, value,
                       declared->second.allowed(), did_you_mean(declared->second.nearest(value)));
  }
  return std::nullopt;
}

std::uint64_t number_of(const configuration& settings, std::string_view name) {
  const auto found = settings.find(name);
  if (found == settings.end()) throw std::invalid_argument(fmt::format("there is no setting \"{}\"", name));
  if (const std::optional<std::uint64_t> number = parse_number(found->second)) return *number;
  throw std::invalid_argument(fmt::format("setting \"{}\" is \"{}\", which is no number", name, found->second));
}

}  // namespace twinloop::testing
