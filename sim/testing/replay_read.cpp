// Reads replay files, and says in a sentence what is wrong with those that cannot be used.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "sim/testing/file_io.hpp"
#include "sim/testing/replay_format.hpp"
#include "sim/testing/text.hpp"
#include "twinloop/testing.hpp"

namespace twinloop::testing {
namespace {

using nlohmann::json;

/// What is wrong with the file, as the rest of a sentence that begins with its path.
struct bad_file {
  std::string why;
};

std::size_t line_of(const std::string& text, std::size_t byte) {
  const std::size_t end = std::min(byte, text.size());
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
}

json parse(const std::string& text) {
  if (text.empty()) throw bad_file{"is empty; copy or record it again"};
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    const std::size_t line = line_of(text, error.byte);
    if (error.byte >= text.size()) {
      throw bad_file{fmt::format("ends in the middle, in line {}: it was cut off; copy or record it again", line)};
    }
    throw bad_file{fmt::format("is not a replay file: line {} is no JSON; it was altered, or is something else", line)};
  }
}

const json& member(const json& document, const char* key, json::value_t type) {
  const auto found = document.find(key);
  if (found == document.end()) throw bad_file{fmt::format("lacks \"{}\"; record it again", key)};
  if (found->type() != type) throw bad_file{fmt::format("has a wrong type in \"{}\"; record it again", key)};
  return *found;
}

std::string text_member(const json& document, const char* key) {
  return member(document, key, json::value_t::string).get<std::string>();
}

std::uint64_t number_member(const json& document, const char* key) {
  const std::string text = text_member(document, key);
  const std::optional<std::uint64_t> value = parse_number(text);
  if (!value) throw bad_file{fmt::format("has no number but \"{}\" in \"{}\"; record it again", text, key)};
  return *value;
}

/// The checks that come before any content is believed: what is it, which version, is it as it was written.
void check_envelope(json& document) {
  if (!document.is_object() || document.value("format", json()) != json(replay_format_name)) {
    throw bad_file{fmt::format("is not a replay file: it does not say \"format\": \"{}\"", replay_format_name)};
  }
  const json& version = member(document, "version", json::value_t::number_unsigned);
  if (version != json(replay_format_version)) {
    throw bad_file{
        fmt::format("has format version {}, and this program reads version {}; replay it with the build "
                    "that wrote it, or record it again",
                    version.dump(), replay_format_version)};
  }
  const std::string written = text_member(document, "checksum");
  document.erase("checksum");
  if (written != replay_checksum(document)) {
    throw bad_file{"was altered since it was written: its checksum does not fit; copy or record it again"};
  }
}

class choice_decoder {
 public:
  explicit choice_decoder(const std::map<std::uint64_t, std::string>& names) {
    for (const auto& [hash, text] : names) hashes_.emplace(text, hash);
  }
  sim::choice_record operator()(const json& line, std::size_t index) const {
    const bool shaped = line.is_array() && line.size() == 6 && line[0].is_string() && line[1].is_string() &&
                        line[2].is_number_unsigned() && line[3].is_number_unsigned() && line[4].is_number_unsigned() &&
                        line[5].is_string();
    if (!shaped) throw refuse(index, "is not [kind, label, occurrence, n, value, option]");
    sim::choice_record made;
    const std::size_t kind = sim::parse_choice_kind(line[0].get_ref<const std::string&>());
    if (kind >= sim::choice_kinds) throw refuse(index, "has an unknown kind");
    made.kind = static_cast<sim::choice_kind>(kind);
    made.label = hash_of(line[1].get_ref<const std::string&>(), index);
    made.occurrence = small(line[2], index);
    made.n = small(line[3], index);
    made.value = small(line[4], index);
    const std::string& option = line[5].get_ref<const std::string&>();
    made.option = option.empty() ? 0 : hash_of(option, index);
    if (made.n < 2 || made.value >= made.n) throw refuse(index, "has a value that is not below its n");
    return made;
  }

 private:
  static bad_file refuse(std::size_t index, const char* why) {
    return {fmt::format("cannot be used: choice {} {}; record it again", index + 1, why)};
  }
  static std::uint32_t small(const json& number, std::size_t index) {
    const auto value = number.get<std::uint64_t>();
    if (value > UINT32_MAX) throw refuse(index, "has a number above 2^32");
    return static_cast<std::uint32_t>(value);
  }
  std::uint64_t hash_of(const std::string& text, std::size_t index) const {
    if (text.starts_with('#')) {
      if (const auto value = parse_number("0x" + text.substr(1))) return *value;
      throw refuse(index, "has a label that is no number");
    }
    const auto found = hashes_.find(text);
    if (found == hashes_.end()) throw refuse(index, "has a label that is not among the names");
    return found->second;
  }
  std::unordered_map<std::string, std::uint64_t> hashes_;
};

std::map<std::string, std::string> text_table(const json& document, const char* key) {
  std::map<std::string, std::string> table;
  for (const auto& [name, value] : member(document, key, json::value_t::object).items()) {
    if (!value.is_string()) throw bad_file{fmt::format("has something else than text in \"{}\"", key)};
    table.emplace(name, value.get<std::string>());
  }
  return table;
}

replay_file decode(const json& document) {
  replay_file file;
  file.program = text_member(document, "program");
  file.scenario = text_member(document, "scenario");
  for (auto& [name, value] : text_table(document, "settings")) file.settings.emplace(name, value);
  file.seed = number_member(document, "seed");
  file.run = member(document, "run", json::value_t::number_unsigned).get<std::uint64_t>();
  file.data_seed = number_member(document, "data_seed");
  file.ended = text_member(document, "outcome");
  const json& broke = member(document, "failure", json::value_t::object);
  file.broke = {text_member(broke, "name"), text_member(broke, "message"), text_member(broke, "place")};
  file.hash = number_member(document, "trace_hash");
  for (const auto& [number, text] : text_table(document, "names")) {
    const std::optional<std::uint64_t> hash = parse_number(number);
    if (!hash) throw bad_file{fmt::format("has no number but \"{}\" in \"names\"; record it again", number)};
    file.names.emplace(*hash, text);
  }
  const choice_decoder decode_choice(file.names);
  const json& choices = member(document, "choices", json::value_t::array);
  file.choices.reserve(choices.size());
  for (const json& line : choices) file.choices.push_back(decode_choice(line, file.choices.size()));
  return file;
}

}  // namespace

std::optional<replay_file> replay_file::load(const std::string& path, std::string& error) {
  const std::optional<std::string> text = read_whole_file(path, error, replay_bytes_max);
  if (!text) return std::nullopt;
  try {
    json document = parse(*text);
    check_envelope(document);
    return decode(document);
  } catch (const bad_file& bad) {
    error = fmt::format("{} {}", path, bad.why);
  } catch (const json::exception& unexpected) {
    error = fmt::format("{} cannot be used ({}); record it again", path, unexpected.what());
  }
  return std::nullopt;
}

}  // namespace twinloop::testing
