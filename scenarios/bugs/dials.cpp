// The dials of a row as settings of its scenario, and back.
#include <string>

#include "scenarios/bugs/rows.hpp"

namespace bugs {

using twinloop::testing::number_of;
using twinloop::testing::setting;

twinloop::testing::declared_settings dial_settings(const row& of, bool buggy) {
  const dials standard;
  return {{"twin", setting::one_of(buggy ? "buggy" : "fixed", {"buggy", "fixed"})},
          {"clients", setting::number(of.clients, 1, 64)},
          {"noise_chains", setting::number(standard.noise_chains, 0, 64)},
          {"noise_length", setting::number(standard.noise_length, 0, 1000)},
          {"latency", setting::one_of(standard.spread_latency ? "spread" : "fixed", {"fixed", "spread"})}};
}

dials read_dials(const twinloop::testing::configuration& settings) {
  dials read;
  read.buggy = settings.at("twin") == "buggy";
  read.clients = static_cast<std::uint32_t>(number_of(settings, "clients"));
  read.noise_chains = static_cast<std::uint32_t>(number_of(settings, "noise_chains"));
  read.noise_length = static_cast<std::uint32_t>(number_of(settings, "noise_length"));
  read.spread_latency = settings.at("latency") == "spread";
  return read;
}

}  // namespace bugs
