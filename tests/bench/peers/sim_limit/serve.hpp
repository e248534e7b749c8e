// The two families of workloads of the simulator's limit program, and how they report.
#pragma once

#include <fmt/format.h>

#include <string>

#include "harness/arguments.hpp"
#include "harness/report.hpp"
#include "peers/sim_limit/world.hpp"

namespace bench::limit {

void serve_bare(const arguments& given);
void serve_with_kernel(const arguments& given);

[[noreturn]] inline void report_simulated(const std::string& name, std::size_t count, std::uint64_t nanoseconds,
                                          const char* unit, const world& ended) {
  const double taken = static_cast<double>(nanoseconds);
  report_rate(name, count, nanoseconds, unit,
              fmt::format("events_per_s={:.4g} simulated_s_per_s={:.4g}",
                          static_cast<double>(ended.events()) / taken * 1e9, static_cast<double>(ended.now()) / taken));
}

}  // namespace bench::limit
