#include "sim/search/body.hpp"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

namespace twinloop::sim {
namespace {
constexpr std::size_t failures_kept = 16;
}

failure run_body(world& in, const search_body& body, choice_source& source, const search_options& options) {
  world_options fresh;
  fresh.source = &source;
  fresh.record = options.record;
  fresh.seed = options.data_seed;
  in.reset(fresh);
  try {
    body(in);
  } catch (const assertion_failed& broken) {
    return {"assertion", broken.what.expression, fmt::format("{}:{}", broken.what.file, broken.what.line)};
  } catch (const std::exception& thrown) {
    return {"exception", fmt::format("an exception left the body of the search: {}", thrown.what()), ""};
  }
  const run_report& report = in.report();
  if (!report.failures.empty()) return report.failures.front();
  if (report.ended == outcome::not_run) return {"never_ran", "the body returned without calling world.run()", ""};
  return {};
}

bool take_run(search_result& into, const search_options& options, const world& ran, failure broke) {
  if (options.state) into.states.insert(options.state());
  if (broke.name.empty()) return false;
  ++into.failed;
  const bool known = std::any_of(into.failures.begin(), into.failures.end(),
                                 [&](const search_failure& each) { return each.broke.name == broke.name; });
  if (!known && into.failures.size() < failures_kept) {
    const run_report& report = ran.report();
    const auto choices = ran.choices();
    const outcome ended = report.clean() ? outcome::failed : report.ended;
    into.failures.push_back({std::move(broke), ended, report.deviations, {choices.begin(), choices.end()}});
  }
  return options.stop_at_failure;
}

std::string search_result::text() const {
  std::string out =
      fmt::format("{} runs, {} traces, {} interleavings, {} redundant, {} failed; {}\n", runs, traces, interleavings,
                  redundant, failed, exhausted ? "nothing is left to try" : "more schedules were left to try");
  for (const search_failure& each : failures) {
    out += fmt::format("  {} ({}): {}{}{}\n", each.broke.name, name(each.ended), each.broke.message,
                       each.broke.place.empty() ? "" : "  ", each.broke.place);
    for (const choice_record& made : each.choices) {
      if (made.value == 0 || made.kind == choice_kind::batch) continue;
      out +=
          fmt::format("    {} #{:x}.{}: {} of {}\n", name(made.kind), made.label, made.occurrence, made.value, made.n);
    }
  }
  return out;
}

}  // namespace twinloop::sim
