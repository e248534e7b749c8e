// Results as JUnit XML, which continuous integration shows. The form is the one that Jenkins' and GitLab's readers
// share: testsuites > testsuite > testcase > failure.
#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

#include "sim/testing/results.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

/// XML 1.0 has no control characters but tab and line ends, not even escaped.
std::string xml_text(const std::string& text) {
  std::string valid = valid_utf8(text);
  for (char& letter : valid) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20 && letter != '\t' && letter != '\n') letter = '?';
  }
  return valid;
}

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(xml_text(value).c_str());
}

void add_failure(pugi::xml_node suite, const std::string& classname, const failure_signature& signature,
                 const result_failure& failure) {
  pugi::xml_node test = suite.append_child("testcase");
  set(test, "classname", classname);
  set(test, "name", signature.text());
  set(test, "time", "0");
  pugi::xml_node broken = test.append_child("failure");
  set(broken, "type", signature.kind);
  set(broken, "message", failure.message);
  std::string text = fmt::format("{}\n{}, first in run {}", failure.message, plural(failure.count, "run"), failure.run);
  if (!failure.place.empty()) text += fmt::format("\nat {}", failure.place);
  if (!failure.file.empty()) text += fmt::format("\nreplay file: {}", failure.file);
  broken.append_child(pugi::node_pcdata).set_value(xml_text(text).c_str());
}

}  // namespace

std::string junit_text(const search_results& results) {
  const result_summary sum = results.summary();
  const std::string name = results.identity.program + "." + results.identity.scenario;
  const std::string tests = std::to_string(std::max<std::size_t>(1, sum.failures.size()));
  const std::string failed = std::to_string(sum.failures.size());
  const std::string time = fmt::format("{:.3f}", sum.seconds);
  pugi::xml_document document;
  pugi::xml_node all = document.append_child("testsuites");
  pugi::xml_node suite = all.append_child("testsuite");
  for (pugi::xml_node node : {all, suite}) {
    set(node, "name", name);
    set(node, "tests", tests);
    set(node, "failures", failed);
    set(node, "errors", "0");
    set(node, "time", time);
  }
  pugi::xml_node properties = suite.append_child("properties");
  std::vector<std::pair<const char*, std::string>> values = {{"seed", hex(results.identity.seed)},
                                                             {"runs", std::to_string(sum.runs)},
                                                             {"failing_runs", std::to_string(sum.failing)}};
  if (sum.seen) {
    values.emplace_back("trace_classes", std::to_string(sum.seen->classes));
    values.emplace_back("duplicates", std::to_string(sum.seen->runs - sum.seen->classes));
    values.emplace_back("unseen", fmt::format("{:.6f}", sum.seen->unseen()));
    values.emplace_back("since_new", std::to_string(sum.seen->since_new));
    values.emplace_back("order_pairs", std::to_string(sum.seen->pairs));
    values.emplace_back("order_pairs_both", std::to_string(sum.seen->pairs_both));
  }
  for (const auto& [key, value] : values) {
    pugi::xml_node property = properties.append_child("property");
    set(property, "name", key);
    set(property, "value", value);
  }
  for (const auto& [signature, failure] : sum.failures) add_failure(suite, name, signature, failure);
  if (sum.failures.empty()) {
    pugi::xml_node test = suite.append_child("testcase");
    set(test, "classname", name);
    set(test, "name", "search");
    set(test, "time", time);
  }
  std::ostringstream out;
  document.save(out, " ");
  return out.str();
}

}  // namespace twinloop::testing
