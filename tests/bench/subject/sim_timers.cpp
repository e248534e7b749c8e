// sim-hold and sim-timers: intrusive timers of one process in a simulated world.
#include <fmt/format.h>

#include <vector>

#include "harness/affinity.hpp"
#include "harness/random.hpp"
#include "harness/report.hpp"
#include "subject/serve.hpp"
#include "subject/simulation.hpp"
#include "subject/timer_block.hpp"

namespace bench::subject {
namespace {

using namespace twinloop;

constexpr std::uint64_t second = 1'000'000'000;

/// What the timers of one run share.
struct hold_run {
  random_numbers random{1};
  std::size_t left;
  class loop* on;
  std::uint64_t taken = 0;

  duration delay() { return duration(static_cast<std::int64_t>(1 + random.below(second))); }
};

hold_run* hold;

/// The hold model: each of `pending` timers arms itself again, until the run is used up.
int hold_program(class loop& on, std::size_t pending) {
  hold->on = &on;
  timer_block<intrusive_timer> timers(on, pending, [](intrusive_timer& self) {
    if (hold->left == 0) return hold->on->stop();
    --hold->left;
    self.start(hold->delay());
  });
  for (std::size_t i = 0; i < pending; ++i) timers[i].start(hold->delay());
  const std::uint64_t begun = thread_cpu_ns();
  on.run();
  hold->taken = thread_cpu_ns() - begun;
  timers.destroy(pending);
  return 0;
}

[[noreturn]] void serve_hold(const arguments& given) {
  const std::size_t pending = given.number("pending", 1000), count = given.number("n", 1'000'000);
  recording_memory memory(given, 64);
  auto source = make_order(given, 1);
  hold_run state{.random = random_numbers(1), .left = count, .on = nullptr};
  hold = &state;
  sim::world world(unlimited(source.get(), memory));
  world.add_host("host").start("hold", [pending](class loop& on, auto) { return hold_program(on, pending); });
  require_clean(world.run());
  report_rate(fmt::format("sim-hold-p{}", pending), count, state.taken, "events/s",
              fmt::format("choices={}", world.report().choices));
}

[[noreturn]] void serve_timer_run(const arguments& given) {
  const std::size_t count = given.number("n", 1'000'000);
  recording_memory memory(given, 64);
  auto source = make_order(given, 1);
  random_numbers random(1);
  std::vector<std::uint64_t> dues(count);
  for (std::uint64_t& due : dues) due = 1 + random.below(60 * second);
  static std::size_t fired;
  const std::uint64_t begun = thread_cpu_ns();
  sim::world world(unlimited(source.get(), memory));
  auto program = [&dues](class loop& on, auto) {
    timer_block<intrusive_timer> timers(on, dues.size(), [](intrusive_timer&) { ++fired; });
    for (std::size_t i = 0; i < dues.size(); ++i) timers[i].start(duration(static_cast<std::int64_t>(dues[i])));
    on.run();
    timers.destroy(dues.size());
    return 0;
  };
  world.add_host("host").start("timers", program);
  require_clean(world.run());
  const std::uint64_t taken = thread_cpu_ns() - begun;
  if (fired != count) fail("timers lost");
  report_rate(fmt::format("sim-timers-n{}", count), count, taken, "timers/s");
}

}  // namespace

void serve_simulated_timers(const arguments& given) {
  if (given.workload() != "sim-hold" && given.workload() != "sim-timers") return;
  pin(0);
  if (given.workload() == "sim-hold") serve_hold(given);
  serve_timer_run(given);
}

}  // namespace bench::subject
