// The workloads of one loop alone: post and turns.
#pragma once

#include <fmt/format.h>

#include <cstdint>

#include "harness/affinity.hpp"
#include "harness/report.hpp"

namespace bench {

/// `post(n, batch)`: `batch` callbacks that post themselves again, until n ran. Gives back the CPU time.
template <class Post>
[[noreturn]] void post(const arguments& given, Post run) {
  const std::size_t count = given.number("n", 5'000'000), batch = given.number("batch", 1);
  pin(0);
  const std::uint64_t taken = run(count, batch);
  report_rate(fmt::format("post-b{}", batch), count, taken, "cb/s");
}

/// `turns(n)`: n turns of the loop that poll and find nothing, with one callback due in each. Gives back the CPU time.
template <class Turns>
[[noreturn]] void turns(const arguments& given, Turns run) {
  const std::size_t count = given.number("n", 2'000'000);
  pin(0);
  const std::uint64_t taken = run(count);
  report_rate("turns", count, taken, "turns/s");
}

}  // namespace bench
