// Writes replay files.
#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "sim/testing/file_io.hpp"
#include "sim/testing/replay_format.hpp"
#include "sim/testing/text.hpp"
#include "twinloop/testing.hpp"

namespace twinloop::testing {
namespace {

using nlohmann::json;

/// How labels and options are spelled in the list of choices.
class spelling {
 public:
  explicit spelling(const std::map<std::uint64_t, std::string>& names) {
    std::map<std::string, int> uses;
    for (const auto& [hash, text] : names) ++uses[valid_utf8(text)];
    for (const auto& [hash, text] : names) {
      const std::string valid = valid_utf8(text);
      if (uses[valid] == 1 && !valid.empty() && valid.front() != '#') unique_.emplace(hash, valid);
    }
  }
  std::string operator()(std::uint64_t hash) const {
    const auto found = unique_.find(hash);
    return found != unique_.end() ? found->second : fmt::format("#{:x}", hash);
  }

 private:
  std::unordered_map<std::uint64_t, std::string> unique_;
};

json encode(const replay_file& file) {
  json document = {{"format", replay_format_name},
                   {"version", replay_format_version},
                   {"program", valid_utf8(file.program)},
                   {"scenario", valid_utf8(file.scenario)},
                   {"seed", hex(file.seed)},
                   {"run", file.run},
                   {"data_seed", hex(file.data_seed)},
                   {"outcome", file.ended},
                   {"failure",
                    {{"name", valid_utf8(file.broke.name)},
                     {"message", valid_utf8(file.broke.message)},
                     {"place", valid_utf8(file.broke.place)}}},
                   {"trace_hash", hex(file.hash)},
                   {"settings", json::object()},
                   {"names", json::object()},
                   {"choices", json::array()}};
  for (const auto& [name, value] : file.settings) document["settings"][valid_utf8(name)] = valid_utf8(value);
  for (const auto& [hash, text] : file.names) document["names"][hex(hash)] = valid_utf8(text);
  const spelling spell(file.names);
  json& choices = document["choices"];
  for (const sim::choice_record& made : file.choices) {
    choices.push_back({sim::name(made.kind), spell(made.label), made.occurrence, made.n, made.value,
                       made.option == 0 ? std::string() : spell(made.option)});
  }
  return document;
}

/// The document for people: the story first, one choice a line, the checksum last.
std::string lay_out(const json& document) {
  static constexpr const char* order[] = {"format", "version",   "program", "scenario", "settings",   "seed",
                                          "run",    "data_seed", "outcome", "failure",  "trace_hash", "names"};
  std::string text = "{\n";
  for (const char* key : order) text += fmt::format("\"{}\": {},\n", key, document[key].dump());
  text += "\"choices\": [";
  const char* separator = "\n";
  for (const json& choice : document["choices"]) {
    text += separator + choice.dump();
    separator = ",\n";
  }
  text += fmt::format("\n],\n\"checksum\": \"{}\"\n}}\n", replay_checksum(document));
  return text;
}

}  // namespace

std::string replay_checksum(const json& document) {
  const std::string canonical = document.dump();
  return hex(XXH3_64bits(canonical.data(), canonical.size()));
}

std::optional<std::string> replay_file::save(const std::string& path) const {
  const std::string text = lay_out(encode(*this));
  if (text.size() > replay_bytes_max) {
    return fmt::format("cannot write {}: the {} choices of this run take {} bytes, and a replay file has at most {}",
                       path, choices.size(), text.size(), replay_bytes_max);
  }
  return replace_file(path, text);
}

}  // namespace twinloop::testing
