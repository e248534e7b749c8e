// All rows of the benchmark, and their scenarios.
#ifndef TWINLOOP_SCENARIOS_BUGS_ROWS_HPP
#define TWINLOOP_SCENARIOS_BUGS_ROWS_HPP

#include <span>
#include <vector>

#include "scenarios/bugs/bug.hpp"

namespace bugs {

/// In the order of their ids.
std::span<const row* const> all_rows();
/// The row of this id, or nullptr.
const row* find_row(std::string_view id);
/// The dials of a twin of `of` as settings, with the values that each takes.
twinloop::testing::declared_settings dial_settings(const row& of, bool buggy);
/// A twin of `of` as a scenario, with all dials among its settings.
twinloop::testing::scenario make_scenario(const row& of, bool buggy);
/// Both twins of every row.
std::vector<twinloop::testing::scenario> all_scenarios();

}  // namespace bugs

#endif
