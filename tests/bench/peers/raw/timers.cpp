// timers-fire and timers-rearm on bare timer queues: impl=heap4|heap2|bare4|lazy4|wheel|vwheel.
#include <string>

#include "harness/timer_workloads.hpp"
#include "peers/raw/heap.hpp"
#include "peers/raw/wheels.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

std::size_t fired;

std::uint64_t now_ms() { return wall_ns() / 1'000'000; }

template <class Queue>
fire_time fire(const std::vector<std::uint32_t>& dues) {
  using timer = typename Queue::timer;
  Queue queue;
  std::vector<timer> timers(dues.size());
  const std::uint64_t base = now_ms();
  queue.start_at(base);
  const std::uint64_t begun = thread_cpu_ns();
  for (std::size_t i = 0; i < dues.size(); ++i) {
    timers[i].on_fire = [](timer&) { ++fired; };
    queue.add(timers[i], base + dues[i]);
  }
  const std::uint64_t armed = thread_cpu_ns();
  wait_until_ns((base + latest(dues) + 1) * 1'000'000);
  const std::uint64_t due = thread_cpu_ns();
  queue.run_due(now_ms());
  const std::uint64_t ended = thread_cpu_ns();
  if (fired != dues.size()) fail("timers lost");
  return {armed - begun, ended - due};
}

template <class Queue>
std::uint64_t rearm(std::size_t count, const std::vector<std::uint32_t>& order) {
  using timer = typename Queue::timer;
  Queue queue;
  std::vector<timer> timers(count);
  std::uint64_t now = now_ms();
  queue.start_at(now);
  for (std::size_t i = 0; i < count; ++i) {
    timers[i].on_fire = [](timer&) {};
    queue.add(timers[i], now + first_due(i));
  }
  const std::uint64_t begun = thread_cpu_ns();
  std::size_t done = 0;
  for (std::uint32_t chosen : order) {
    if ((++done & 255) == 0) now = now_ms();
    queue.rearm(timers[chosen], now + moved_due);
  }
  return thread_cpu_ns() - begun;
}

}  // namespace

void serve_timers(const arguments& given) {
  const std::string structure = given.text("impl", "heap4");
  if (given.workload() == "timers-fire") {
    if (structure == "heap2") timers_fire(given, fire<timer_heap<2>>);
    if (structure == "heap4") timers_fire(given, fire<timer_heap<4>>);
    if (structure == "bare4") timers_fire(given, fire<timer_heap<4, false>>);
    if (structure == "wheel") timers_fire(given, fire<list_wheel>);
    if (structure == "vwheel") timers_fire(given, fire<array_wheel>);
  }
  if (given.workload() == "timers-rearm") {
    if (structure == "heap2") timers_rearm(given, rearm<timer_heap<2>>);
    if (structure == "heap4") timers_rearm(given, rearm<timer_heap<4>>);
    if (structure == "lazy4") timers_rearm(given, rearm<timer_heap<4, true, true>>);
    if (structure == "wheel") timers_rearm(given, rearm<list_wheel>);
  }
}

}  // namespace bench::peer
