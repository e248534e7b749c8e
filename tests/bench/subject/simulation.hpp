// What the simulated workloads share: a world that records into memory of a chosen size, and who answers its choices.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "harness/arguments.hpp"
#include "twinloop/sim.hpp"

namespace bench::subject {

/// Memory for a run's choices, touched before it is measured: a search rewinds one mapping and so finds it warm.
/// record=N is its size in MiB; record=0 is the least, which is full after some 300 choices and so stands for a null
/// sink: what is over is counted and dropped.
class recording_memory {
 public:
  explicit recording_memory(const arguments& given, std::size_t mebibytes = 4)
      : bytes_(std::max<std::size_t>(given.number("record", mebibytes) << 20, 16384)),
        memory_(new std::uint64_t[bytes_ / sizeof(std::uint64_t)]),
        recording_(touch()) {
    overflows = given.number("record", mebibytes) == 0;
  }
  twinloop::sim::recording& get() { return recording_; }
  static inline bool overflows = false;

 private:
  std::span<std::byte> touch() {
    std::memset(memory_.get(), 1, bytes_);
    return {reinterpret_cast<std::byte*>(memory_.get()), bytes_};
  }

  std::size_t bytes_;
  std::unique_ptr<std::uint64_t[]> memory_;
  twinloop::sim::recording recording_;
};

/// order=natural (default): nobody answers; order=random: a uniform random walk over all orders.
inline std::unique_ptr<twinloop::sim::choice_source> make_order(const arguments& given, std::uint64_t seed) {
  if (given.text("order", "natural") != "random") return nullptr;
  twinloop::sim::search_plan plan;
  plan.how = twinloop::sim::strategy::random_walk;
  plan.seed = seed;
  plan.kinds = twinloop::sim::order_kinds();
  return twinloop::sim::make_source(plan);
}

/// Options without limits on steps and time: these runs are longer than any test's.
inline twinloop::sim::world_options unlimited(twinloop::sim::choice_source* source, recording_memory& memory) {
  twinloop::sim::world_options made;
  made.source = source;
  made.record = &memory.get();
  made.time_limit = std::chrono::hours(24 * 365 * 100);
  made.step_limit = UINT64_MAX / 2;
  made.instant_limit = UINT64_MAX / 2;
  return made;
}

/// Ends the process unless the run was clean, or its only fault is that a recording meant to overflow did.
inline void require_clean(const twinloop::sim::run_report& report) {
  if (report.clean()) return;
  if (recording_memory::overflows && report.failures.size() == 1 && report.failures[0].name == "recording") return;
  std::fprintf(stderr, "the simulated run is not clean:\n%s\n", report.text().c_str());
  _exit(1);
}

}  // namespace bench::subject
