// The table of rows; generated/all_rows.inc lists the files of this folder.
#include "scenarios/bugs/rows.hpp"

#include <string>

#include "all_rows.inc"

namespace bugs {

std::span<const row* const> all_rows() { return generated_rows; }

const row* find_row(std::string_view id) {
  for (const row* each : all_rows()) {
    if (id == each->id) return each;
  }
  return nullptr;
}

twinloop::testing::scenario make_scenario(const row& of, bool buggy) {
  return {buggy ? of.id : of.fixed_id, of.name, of.body, of.kinds | sim::bit(sim::choice_kind::user), buggy,
          dial_settings(of, buggy)};
}

std::vector<twinloop::testing::scenario> all_scenarios() {
  std::vector<twinloop::testing::scenario> all;
  for (const row* each : all_rows()) {
    all.push_back(make_scenario(*each, true));
    all.push_back(make_scenario(*each, false));
  }
  return all;
}

}  // namespace bugs
