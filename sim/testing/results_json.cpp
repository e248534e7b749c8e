// Results as JSON and back. The list "parts" is what counts; "summary" is for those who read the file.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/testing/replay_format.hpp"
#include "sim/testing/results.hpp"
#include "sim/testing/results_json.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

using nlohmann::json;

constexpr const char* format_name = "twinloop results";
constexpr std::uint64_t format_version = 2;
constexpr std::size_t coverage_words_max = std::size_t{1} << 17;

json encode_part(const result_part& part) {
  json object = {{"shard", part.part.text()},    {"done", json::array()},   {"choices", part.choices},
                 {"failing_runs", part.failing}, {"seconds", part.seconds}, {"failures", failures_json(part.failures)},
                 {"coverage", nullptr}};
  for (const interval& each : part.done.parts()) object["done"].push_back({each.begin, each.end});
  if (!part.seen) return object;
  std::vector<std::uint64_t> words = part.seen->save();
  if (words.size() <= coverage_words_max) object["coverage"] = words;
  return object;
}

result_failure decode_failure(const json& object) {
  result_failure failure;
  failure.message = object.at("message").get<std::string>();
  failure.place = object.at("place").get<std::string>();
  failure.nature = object.at("nature").get<std::string>();
  failure.outcome = object.at("outcome").get<std::string>();
  failure.count = object.at("count").get<std::uint64_t>();
  failure.run = object.at("run").get<std::uint64_t>();
  failure.hash = parse_number(object.at("trace_hash").get<std::string>()).value_or(0);
  failure.deviations = object.at("deviations").get<std::uint64_t>();
  failure.confirmed = object.at("confirmed").get<bool>();
  failure.file = object.at("file").get<std::string>();
  return failure;
}

result_part decode_part(const json& object) {
  result_part part;
  const std::optional<shard> which = shard::parse(object.at("shard").get<std::string>());
  if (!which) throw std::invalid_argument("a part has no shard");
  part.part = *which;
  for (const json& each : object.at("done")) {
    part.done.add(each.at(0).get<std::uint64_t>(), each.at(1).get<std::uint64_t>());
  }
  part.choices = object.at("choices").get<std::uint64_t>();
  part.failing = object.at("failing_runs").get<std::uint64_t>();
  part.seconds = object.at("seconds").get<double>();
  for (const json& each : object.at("failures")) {
    part.failures[{each.at("kind").get<std::string>(), each.at("name").get<std::string>(),
                   each.at("site").get<std::string>()}] = decode_failure(each);
  }
  part.seen.reset();
  const json& words = object.at("coverage");
  if (!words.is_null()) part.seen = coverage::load(words.get<std::vector<std::uint64_t>>());
  return part;
}

search_results decode_document(const json& document) {
  search_results results;
  search_identity& identity = results.identity;
  identity.program = document.at("program").get<std::string>();
  identity.scenario = document.at("scenario").get<std::string>();
  for (const auto& [name, value] : document.at("settings").items()) identity.settings[name] = value.get<std::string>();
  identity.kinds = document.at("kinds").get<std::uint32_t>();
  identity.strategy = document.at("strategy").get<std::string>();
  identity.seed = parse_number(document.at("seed").get<std::string>()).value_or(0);
  for (const json& each : document.at("parts")) results.parts.push_back(decode_part(each));
  return results;
}

/// What is wrong with a document, before any content is believed.
std::optional<std::string> envelope_error(json& document) {
  if (!document.is_object() || document.value("format", json()) != json(format_name)) {
    return fmt::format("is no file of results: it does not say \"format\": \"{}\"; move it away", format_name);
  }
  if (document.value("version", json()) != json(format_version)) {
    return fmt::format("has format version {}, and this program knows version {}; use the build that wrote it",
                       document.value("version", json()).dump(), format_version);
  }
  const json written = document.value("checksum", json());
  document.erase("checksum");
  if (written != json(replay_checksum(document))) {
    return "was altered since it was written: its checksum does not fit; restore it from a copy or move it away";
  }
  return std::nullopt;
}

}  // namespace

json failures_json(const result_failures& failures) {
  json list = json::array();
  for (const auto& [signature, failure] : failures) {
    list.push_back({{"kind", signature.kind},
                    {"name", valid_utf8(signature.name)},
                    {"site", valid_utf8(signature.site)},
                    {"message", valid_utf8(failure.message)},
                    {"place", valid_utf8(failure.place)},
                    {"nature", failure.nature},
                    {"outcome", failure.outcome},
                    {"count", failure.count},
                    {"run", failure.run},
                    {"trace_hash", hex(failure.hash)},
                    {"deviations", failure.deviations},
                    {"confirmed", failure.confirmed},
                    {"file", valid_utf8(failure.file)}});
  }
  return list;
}

json coverage_json(const std::optional<coverage_report>& seen) {
  if (!seen) return nullptr;
  return {{"runs", seen->runs},
          {"classes", seen->classes},
          {"duplicates", seen->runs - seen->classes},
          {"singletons", seen->singletons},
          {"unseen", seen->unseen()},
          {"since_new", seen->since_new},
          {"saturated", seen->saturated()},
          {"order_pairs", seen->pairs},
          {"order_pairs_both", seen->pairs_both}};
}

json summary_json(const result_summary& sum) {
  return {{"runs", sum.runs},
          {"choices", sum.choices},
          {"failing_runs", sum.failing},
          {"seconds", sum.seconds},
          {"failures", failures_json(sum.failures)},
          {"coverage", coverage_json(sum.seen)}};
}

std::string search_results::encode() const {
  json document = {{"format", format_name},
                   {"version", format_version},
                   {"program", valid_utf8(identity.program)},
                   {"scenario", valid_utf8(identity.scenario)},
                   {"settings", json::object()},
                   {"kinds", identity.kinds},
                   {"strategy", identity.strategy},
                   {"seed", hex(identity.seed)},
                   {"summary", summary_json(summary())},
                   {"parts", json::array()}};
  for (const auto& [name, value] : identity.settings) document["settings"][valid_utf8(name)] = valid_utf8(value);
  for (const result_part& part : parts) document["parts"].push_back(encode_part(part));
  document = json::parse(document.dump());  // numbers as a reader will have them, for the checksum
  document["checksum"] = replay_checksum(document);
  return document.dump(1) + "\n";
}

std::optional<search_results> search_results::decode(const std::string& text, std::string& error) {
  try {
    json document = json::parse(text);
    if (const auto wrong = envelope_error(document)) {
      error = *wrong;
      return std::nullopt;
    }
    return decode_document(document);
  } catch (const json::parse_error& wrong) {
    error = wrong.byte >= text.size() ? "ends in the middle: it was cut off; restore it from a copy or move it away"
                                      : "is no JSON: it was damaged, or is something else; restore it from a copy or "
                                        "move it away";
  } catch (const std::exception& wrong) {
    error = fmt::format("cannot be used ({}); restore it from a copy or move it away", wrong.what());
  }
  return std::nullopt;
}

}  // namespace twinloop::testing
