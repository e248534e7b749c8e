// Cases of a property: workloads as RapidCheck draws and shrinks them, each with a name that finds it again.
#include "sim/testing/property_case.hpp"

#include <fmt/format.h>

#include <sstream>
#include <stdexcept>

#include "sim/testing/stall_alarm.hpp"

namespace twinloop::testing {
namespace {

using rc::detail::CaseResult;

/// RapidCheck's verdicts are thrown, and are no exceptions that anybody else knows.
template <class Call>
void turn_verdicts(sim::world& world, const Call& call) {
  try {
    call();
  } catch (const CaseResult& verdict) {
    if (verdict.type == CaseResult::Type::Success) return;
    if (verdict.type == CaseResult::Type::Failure) return world.fail("property", verdict.description);
    world.fail("property",
               "a precondition was not met while the workload ran; check preconditions where it is drawn. " +
                   verdict.description);
  }
}

property_case make_case(workload_node node, rc::detail::Reproduce place) {
  drawn_workload drawn = node.value();
  return {std::move(node), std::move(drawn.first), std::move(drawn.second), std::move(place)};
}

}  // namespace

workload draw_workload(const std::function<std::function<void(sim::world&)>()>& draw) {
  workload drawn;
  try {
    drawn.body = draw();
  } catch (const CaseResult& verdict) {
    drawn.discarded = verdict.type != CaseResult::Type::Failure;
    if (!drawn.discarded) drawn.failed = verdict.description;
  } catch (const rc::GenerationFailure&) {
    drawn.discarded = true;
  }
  return drawn;
}

property_case draw_case(const workload_generator& workloads, const rc::Random& random, int size) {
  const stall_alarm::scope running(nullptr);
  return make_case(workloads(random, size), {random, size, {}});
}

std::optional<property_case> find_case(const workload_generator& workloads, const rc::detail::Reproduce& place) {
  auto found = rc::shrinkable::walkPath(workloads(place.random, place.size), place.shrinkPath);
  if (!found) return std::nullopt;
  return make_case(std::move(*found), place);
}

property_case shrunk_case(const property_case& from, const workload_node& node, std::size_t index) {
  rc::detail::Reproduce place = from.place;
  place.shrinkPath.push_back(index);
  return make_case(node, std::move(place));
}

subject make_subject(const std::string& name, const property_case& from, std::uint32_t extra_kinds) {
  auto body = [run = from.what.body](sim::world& world, const configuration&) {
    rc::detail::ImplicitScope nobody_draws_here;
    turn_verdicts(world, [&] { run(world); });
  };
  const std::uint32_t kinds = sim::order_kinds() | extra_kinds;
  return {name, std::move(body), {{"rapidcheck", reproduce_text(name, from.place)}}, kinds, {}};
}

std::uint64_t schedule_seed(const property_case& from) {
  rc::Random random = from.place.random;
  return random.next();
}

std::vector<std::pair<std::string, std::string>> describe(const property_case& from) {
  std::vector<std::pair<std::string, std::string>> drawn;
  for (const auto& ingredient : from.recipe.ingredients) {
    std::ostringstream type;
    std::ostringstream value;
    const rc::detail::Any shown = ingredient.value();
    shown.showType(type);
    shown.showValue(value);
    drawn.emplace_back(ingredient.description.empty() ? type.str() : ingredient.description, value.str());
  }
  return drawn;
}

std::string reproduce_text(const std::string& name, const rc::detail::Reproduce& place) {
  rc::detail::Configuration only;
  only.reproduce.emplace(name, place);
  return rc::detail::configToMinimalString(only);
}

std::optional<rc::detail::Reproduce> parse_reproduce(const std::string& name, const std::string& text) {
  try {
    const rc::detail::Configuration read = rc::detail::configFromString(text);
    const auto found = read.reproduce.find(name);
    if (found == read.reproduce.end()) return std::nullopt;
    return found->second;
  } catch (const rc::detail::ConfigurationException& error) {
    throw std::invalid_argument(fmt::format("\"{}\" are no parameters of RapidCheck: {}", text, error.what()));
  }
}

}  // namespace twinloop::testing

namespace twinloop {

sim::program checked(sim::world& world, sim::program main) {
  return [&world, main = std::move(main)](loop& loop, const arguments& words) {
    int status = 1;
    testing::turn_verdicts(world, [&] { status = main(loop, words); });
    return status;
  };
}

}  // namespace twinloop
