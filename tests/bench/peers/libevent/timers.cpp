// timers-fire and timers-rearm on libevent.
#include <sys/time.h>

#include <functional>

#include "harness/timer_workloads.hpp"
#include "peers/libevent/base.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

std::size_t fired;

/// Timers in one block, since the size of an event is known only at run time.
class timer_block {
 public:
  explicit timer_block(std::size_t count) : bytes_(count * stride_) {}
  event* at(std::size_t index) { return reinterpret_cast<event*>(bytes_.data() + index * stride_); }

 private:
  std::size_t stride_ = event_get_struct_event_size();
  std::vector<char> bytes_;
};

timeval to_timeval(std::uint32_t milliseconds) { return {milliseconds / 1000, (milliseconds % 1000) * 1000}; }

/// Runs `body` inside the loop, where libevent has its cached time.
void inside(event_base* base, std::function<void()> body) {
  std::function<void()> wrapped = [&] {
    body();
    event_base_loopbreak(base);
  };
  auto call = [](int, short, void* function) { (*static_cast<std::function<void()>*>(function))(); };
  event_active(event_new(base, -1, 0, call, &wrapped), EV_READ, 0);
  event_base_loop(base, EVLOOP_NONBLOCK);
}

fire_time fire(const std::vector<std::uint32_t>& dues) {
  event_base* base = make_base();
  timer_block timers(dues.size());
  const std::uint64_t start = wall_ns();
  std::uint64_t begun = 0, armed = 0;
  inside(base, [&] {
    begun = thread_cpu_ns();
    for (std::size_t i = 0; i < dues.size(); ++i) {
      event_assign(
          timers.at(i), base, -1, 0, [](int, short, void*) { ++fired; }, nullptr);
      const timeval delay = to_timeval(dues[i]);
      event_add(timers.at(i), &delay);
    }
    armed = thread_cpu_ns();
  });
  wait_until_ns(start + (latest(dues) + 10) * 1'000'000);
  const std::uint64_t due = thread_cpu_ns();
  while (fired < dues.size()) event_base_loop(base, EVLOOP_NONBLOCK);
  return {armed - begun, thread_cpu_ns() - due};
}

std::uint64_t rearm(std::size_t count, const std::vector<std::uint32_t>& order) {
  event_base* base = make_base();
  timer_block timers(count);
  const timeval moved = to_timeval(moved_due);
  const timeval* delay = common_timeout ? event_base_init_common_timeout(base, &moved) : &moved;
  std::uint64_t taken = 0;
  inside(base, [&] {
    for (std::size_t i = 0; i < count; ++i) {
      event_assign(
          timers.at(i), base, -1, 0, [](int, short, void*) {}, nullptr);
      const timeval first = to_timeval(first_due(i));
      event_add(timers.at(i), common_timeout ? delay : &first);
    }
    const std::uint64_t begun = thread_cpu_ns();
    std::size_t done = 0;
    for (std::uint32_t chosen : order) {
      if ((++done & 255) == 0) event_base_update_cache_time(base);
      event_del(timers.at(chosen));
      event_add(timers.at(chosen), delay);
    }
    taken = thread_cpu_ns() - begun;
  });
  return taken;
}

}  // namespace

void serve_timers(const arguments& given) {
  if (given.workload() == "timers-fire") timers_fire(given, fire);
  if (given.workload() == "timers-rearm") timers_rearm(given, rearm);
}

}  // namespace bench::peer
