// One run: resets a world, lets the body build and run it, and turns everything that can go wrong on the way (a failed
// check, an exception, a body that never ran its world) into one result with one failure.
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <stdexcept>

#include "sim/testing/failure_signature.hpp"
#include "sim/testing/observation.hpp"
#include "sim/testing/race_report.hpp"
#include "sim/testing/run.hpp"
#include "sim/testing/settings.hpp"
#include "sim/testing/stall_alarm.hpp"

namespace twinloop::testing {
namespace {

std::string place_of(const assertion& what) { return fmt::format("{}:{}", what.file, what.line); }

/// Calls the body. What leaves it is the run's failure; `world` has not necessarily heard of it.
std::optional<sim::failure> call_body(sim::world& world, const subject& what) {
  try {
    what.body(world, what.settings);
    return std::nullopt;
  } catch (const sim::assertion_failed& failed) {
    return sim::failure{"assertion", failed.what.expression, place_of(failed.what)};
  } catch (const std::exception& thrown) {
    return sim::failure{"exception", fmt::format("an exception left the scenario's body: {}", thrown.what()), ""};
  } catch (...) {
    return sim::failure{"exception", "an exception that is no std::exception left the scenario's body", ""};
  }
}

sim::failure name_outcome(const sim::run_report& report) {
  sim::failure broke{sim::name(report.ended), "", ""};
  if (report.ended == sim::outcome::not_run) {
    return {"never_ran", "the scenario's body returned without calling world.run()", ""};
  }
  for (const std::string& who : report.waiting) broke.message += (broke.message.empty() ? "" : "; ") + who;
  return broke;
}

constexpr const char* leak_name = "leak";

/// The programs ended as they should, and left something open.
sim::failure name_leak(const sim::run_report& report) {
  sim::failure broke{leak_name, "", ""};
  for (const std::string& what : report.left) broke.message += (broke.message.empty() ? "" : "; ") + what;
  return broke;
}

}  // namespace

subject make_subject(const scenario& story, configuration settings) {
  if (const std::optional<std::string> wrong = wrong_setting(story, settings)) throw std::invalid_argument(*wrong);
  for (const auto& [name, declared] : story.defaults) settings.try_emplace(name, declared.standard());
  std::vector<size_setting> sizes;
  for (const std::string& name : story.sizes) {
    const auto declared = story.defaults.find(name);
    const std::uint64_t min = declared == story.defaults.end() ? 1 : declared->second.min();
    sizes.push_back({name, std::max<std::uint64_t>(min, 1)});
  }
  return {story.name, story.body, std::move(settings), sim::order_kinds() | story.kinds, {}, std::move(sizes)};
}

std::uint64_t count_deviations(std::span<const sim::choice_record> choices) {
  return static_cast<std::uint64_t>(
      std::count_if(choices.begin(), choices.end(), [](const sim::choice_record& made) { return made.value != 0; }));
}

run_result run_in(sim::world& world, const run_request& request) {
  TWINLOOP_ASSERT(request.what != nullptr);
  const stall_alarm::scope running(request.record);
  sim::world_options options;
  options.source = request.source;
  options.record = request.record;
  options.seed = request.data_seed;
  options.run = request.run;
  options.log_events = request.log_events;
  world.reset(options);
  return run_prepared(world, *request.what);
}

run_result run_prepared(sim::world& world, const subject& what) {
  const std::size_t expectations_before = what.expectations ? what.expectations().size() : 0;
  std::optional<sim::failure> thrown = call_body(world, what);

  const sim::run_report& report = world.report();
  run_result result;
  result.ended = report.ended;
  result.hash = report.hash;
  result.deviations = report.deviations;
  result.virtual_time = report.elapsed.count();
  if (!report.failures.empty()) {
    result.broke = report.failures.front();
  } else if (thrown) {
    result.broke = std::move(*thrown);
  } else if (!report.clean()) {
    result.broke = name_outcome(report);
  } else if (what.expectations) {
    std::vector<sim::failure> expectations = what.expectations();
    if (expectations.size() > expectations_before) result.broke = std::move(expectations[expectations_before]);
  }
  if (std::optional<sim::failure> race = take_race()) {
    if (result.broke.name.empty()) {
      result.broke = std::move(*race);
    } else {
      result.broke.message += "; and in the same run: " + race->message;
    }
  }
  if (result.broke.name.empty() && !report.left.empty()) result.broke = name_leak(report);
  const bool broken = !result.broke.name.empty();
  if (broken && (report.clean() || report.ended == sim::outcome::not_run)) result.ended = sim::outcome::failed;
  if (!broken) return result;
  result.report = report.text();
  result.site = report.ended == sim::outcome::hung ? site_of(report.waiting)
                : result.broke.name == leak_name   ? site_of(report.left)
                                                   : site_of(result.broke);
  return result;
}

scenario find_scenario(std::span<const scenario> all, std::string_view name) {
  std::string known;
  for (const scenario& each : all) {
    if (each.name == name) return each;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", each.name);
  }
  throw std::invalid_argument(fmt::format("there is no scenario \"{}\" (known: {})", name, known));
}

run_result run_once(const scenario& story, const configuration& settings, sim::choice_source* source,
                    std::uint64_t data_seed, bool with_names) {
  const subject what = make_subject(story, settings);
  sim::world world;
  std::vector<std::byte> memory(with_names ? std::size_t{1} << 22 : 64);
  message_log log(memory);
  log.clear();
  observing_source observer(source, world, observation_writer(log));
  run_result result = run_in(world, {&what, with_names ? &observer : source, data_seed, 0, nullptr, with_names});
  observation seen;
  read_observation(log, seen);
  result.names = std::move(seen.result.names);
  const std::span<const sim::choice_record> choices = world.choices();
  result.choices.assign(choices.begin(), choices.end());
  return result;
}

}  // namespace twinloop::testing
