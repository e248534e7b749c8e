// sim-pingpong and sim-worlds (mode=reset, the default, or anew), in natural order or order=random.
#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "harness/affinity.hpp"
#include "harness/report.hpp"
#include "subject/message_pair.hpp"
#include "subject/serve.hpp"
#include "subject/simulation.hpp"

namespace bench::subject {
namespace {

using namespace twinloop;

/// Two nodes, one connection, `messages` messages in turn, 10 ms one way.
void run_pair(sim::world& world, std::size_t messages) {
  static std::size_t left;
  left = messages;
  world.set_latency(std::chrono::milliseconds(10));
  sim::host& server = world.add_host("server");
  const address target = server.address(pair_port);
  server.start("server", [](class loop& on, auto) { return pair_server(on, left); });
  world.add_host("client").start("client", [target](class loop& on, auto) { return pair_client(on, target, left); });
  require_clean(world.run());
  if (left != 0) fail("messages lost");
}

[[noreturn]] void serve_pingpong(const arguments& given) {
  const std::size_t count = given.number("n", 100'000);
  recording_memory memory(given, 64);
  auto source = make_order(given, 1);
  const std::uint64_t begun = thread_cpu_ns();
  sim::world world(unlimited(source.get(), memory));
  run_pair(world, count);
  const std::uint64_t taken = thread_cpu_ns() - begun;
  report_rate("sim-pingpong", count, taken, "msgs/s",
              fmt::format("choices_per_op={:.2f} steps_per_op={:.2f}",
                          static_cast<double>(world.report().choices) / static_cast<double>(count),
                          static_cast<double>(world.report().steps) / static_cast<double>(count)));
}

[[noreturn]] void serve_worlds(const arguments& given) {
  const std::size_t count = given.number("n", 50'000);
  const bool anew = given.text("mode", "reset") == "anew";
  recording_memory memory(given);
  std::optional<sim::world> world;
  world.emplace(unlimited(nullptr, memory));
  std::uint64_t choices = 0;
  const std::uint64_t begun = thread_cpu_ns();
  for (std::size_t i = 0; i < count; ++i) {
    auto source = make_order(given, i);
    if (anew) {
      world.emplace(unlimited(source.get(), memory));
    } else {
      world->reset(unlimited(source.get(), memory));
    }
    run_pair(*world, 2);
    choices += world->report().choices;
  }
  const std::uint64_t taken = thread_cpu_ns() - begun;
  report_rate("sim-worlds", count, taken, "worlds/s",
              fmt::format("choices_per_op={:.2f}", static_cast<double>(choices) / static_cast<double>(count)));
}

}  // namespace

void serve_simulated_pairs(const arguments& given) {
  if (given.workload() != "sim-pingpong" && given.workload() != "sim-worlds") return;
  pin(0);
  if (given.workload() == "sim-pingpong") serve_pingpong(given);
  serve_worlds(given);
}

}  // namespace bench::subject
