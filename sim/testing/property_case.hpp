// Cases of a property: workloads as RapidCheck draws and shrinks them, each with a name that finds it again.
#ifndef TWINLOOP_SIM_TESTING_PROPERTY_CASE_HPP
#define TWINLOOP_SIM_TESTING_PROPERTY_CASE_HPP

#include <rapidcheck/detail/Configuration.h>

#include "sim/testing/subject.hpp"
#include "twinloop/check.hpp"

namespace twinloop::testing {

using drawn_workload = std::pair<workload, rc::gen::detail::Recipe>;
using workload_node = rc::Shrinkable<drawn_workload>;

/// A workload in the tree of its shrinks, and the way there.
struct property_case {
  workload_node node;
  workload what;
  rc::gen::detail::Recipe recipe;
  rc::detail::Reproduce place;
};

/// Draws the workload of `random` at `size`.
property_case draw_case(const workload_generator& workloads, const rc::Random& random, int size);
/// The workload at `place`; nothing if the tree has no such place any more.
std::optional<property_case> find_case(const workload_generator& workloads, const rc::detail::Reproduce& place);
/// The case of one shrink of `from`, its `index`th.
property_case shrunk_case(const property_case& from, const workload_node& node, std::size_t index);
/// The subject of a case: its body, with RapidCheck's assertions as failures.
subject make_subject(const std::string& name, const property_case& from, std::uint32_t extra_kinds);
/// Seed of the schedules that are searched for all shrinks of one draw.
std::uint64_t schedule_seed(const property_case& from);
/// What was drawn, as people read it.
std::vector<std::pair<std::string, std::string>> describe(const property_case& from);

/// The value of RC_PARAMS that finds a case of the property `name`, and back.
std::string reproduce_text(const std::string& name, const rc::detail::Reproduce& place);
/// Nothing if the text says nothing about `name`; throws std::invalid_argument if it cannot be read.
std::optional<rc::detail::Reproduce> parse_reproduce(const std::string& name, const std::string& text);

}  // namespace twinloop::testing

#endif
