// The outcome of a shrinker as bytes: MessagePack of a JSON object, both ends being the same program.
#include "sim/testing/shrink_message.hpp"

#include <nlohmann/json.hpp>

namespace twinloop::testing {
namespace {

using nlohmann::json;

json list(const std::vector<sim::choice_record>& choices) {
  json all = json::array();
  for (const sim::choice_record& made : choices) {
    all.push_back({made.label, made.option, made.hash, made.occurrence, made.n, made.value,
                   static_cast<std::uint64_t>(made.kind)});
  }
  return all;
}

std::vector<sim::choice_record> unlist(const json& all) {
  std::vector<sim::choice_record> choices;
  for (const json& each : all) {
    choices.push_back({each.at(0),
                       each.at(1),
                       each.at(2),
                       each.at(3),
                       each.at(4),
                       each.at(5),
                       static_cast<sim::choice_kind>(each.at(6).get<std::uint8_t>()),
                       {}});
  }
  return choices;
}

/// Settings and failures are whatever bytes the program made of them: no JSON text, so as binary.
json bytes(const std::string& text) { return json::binary({text.begin(), text.end()}); }
std::string unbytes(const json& value) {
  const auto& raw = value.get_binary();
  return {raw.begin(), raw.end()};
}

json pack(const configuration& settings) {
  json all = json::array();
  for (const auto& [name, value] : settings) all.push_back({bytes(name), bytes(value)});
  return all;
}

configuration unpack(const json& all) {
  configuration settings;
  for (const json& each : all) settings[unbytes(each.at(0))] = unbytes(each.at(1));
  return settings;
}

}  // namespace

std::string encode(const shrink_outcome& done) {
  json others = json::array();
  for (const other_failure& each : done.also_seen) {
    others.push_back({bytes(each.what.kind), bytes(each.what.name), bytes(each.what.site), each.count,
                      list(each.choices), pack(each.settings)});
  }
  const json object = {{"problem", done.problem ? bytes(*done.problem) : json()},
                       {"best", list(done.best)},
                       {"settings", pack(done.settings)},
                       {"executions", done.executions},
                       {"cached", done.cached},
                       {"slips", done.slips},
                       {"natural_fails", done.natural_fails},
                       {"out_of_budget", done.out_of_budget},
                       {"also_seen", others}};
  const std::vector<std::uint8_t> packed = json::to_msgpack(object);
  return {packed.begin(), packed.end()};
}

std::optional<shrink_outcome> decode(std::string_view packed) {
  const json object = json::from_msgpack(packed.begin(), packed.end(), true, false);
  if (!object.is_object()) return std::nullopt;
  shrink_outcome done;
  if (!object.at("problem").is_null()) done.problem = unbytes(object.at("problem"));
  done.best = unlist(object.at("best"));
  done.settings = unpack(object.at("settings"));
  done.executions = object.at("executions");
  done.cached = object.at("cached");
  done.slips = object.at("slips");
  done.natural_fails = object.at("natural_fails");
  done.out_of_budget = object.at("out_of_budget");
  for (const json& each : object.at("also_seen")) {
    done.also_seen.push_back({{unbytes(each.at(0)), unbytes(each.at(1)), unbytes(each.at(2))},
                              each.at(3),
                              unlist(each.at(4)),
                              unpack(each.at(5))});
  }
  return done;
}

}  // namespace twinloop::testing
