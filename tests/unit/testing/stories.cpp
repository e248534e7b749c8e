// Small scenarios with planted bugs.
#include "tests/unit/testing/stories.hpp"

#include <unistd.h>

#include <cstdlib>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <vector>

#include "twinloop/loop.hpp"
#include "twinloop/work.hpp"

namespace stories {

using twinloop::testing::configuration;
using twinloop::testing::scenario;
using twinloop::testing::setting;
namespace sim = twinloop::sim;

void run_jobs(sim::world& world, std::size_t count, const ending& at_end) {
  static const char* const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
  TWINLOOP_ASSERT(count <= std::size(names));
  world.add_host("server").start("jobs", [&world, count, at_end](twinloop::loop& loop, const twinloop::arguments&) {
    std::string order;
    std::vector<std::unique_ptr<twinloop::work_handle>> jobs;
    for (std::size_t i = 0; i < count; ++i) {
      jobs.push_back(std::make_unique<twinloop::work_handle>(loop, names[i]));
      jobs.back()->start([](twinloop::job& job) { job.yield(); },
                         [&, i](twinloop::errc) {
                           order += names[i];
                           if (order.size() == count) at_end(world, order);
                         });
    }
    loop.run();
    return 0;
  });
  world.run();
}

bool before(const std::string& order, char first, char second) { return order.find(first) < order.find(second); }

namespace {

void clean(sim::world& world, const configuration&) {
  run_jobs(world, 3, [](sim::world&, const std::string&) {});
}

void order_bug(sim::world& world, const configuration& settings) {
  const bool broken = settings.at("bug") == "on";
  run_jobs(world, 4, [broken](sim::world& in, const std::string& order) {
    in.check(!broken || !before(order, 'b', 'a'), "order.a_comes_first", "the jobs completed as " + order);
  });
}

/// Seven processes with a timer each that fires seven times: what the rate of a search is measured with.
void forty_nine_callbacks(sim::world& world, const configuration&) {
  static const char* const names[] = {"a", "b", "c", "d", "e", "f", "g"};
  for (const char* const name : names) {
    world.add_host(name).start("timer", [](twinloop::loop& loop, const twinloop::arguments&) {
      int fired = 0;
      twinloop::timer alarm(loop, [&] {
        if (++fired < 7) alarm.start(std::chrono::milliseconds(1));
      });
      alarm.start(std::chrono::milliseconds(1));
      loop.run();
      return 0;
    });
  }
  world.run();
}

/// Two things have to go wrong at once, among four that do not matter.
void two_deviations(sim::world& world, const configuration&) {
  run_jobs(world, 8, [](sim::world& in, const std::string& order) {
    const bool broken = before(order, 'c', 'a') && before(order, 'h', 'f');
    in.check(!broken, "order.two_at_once", "the jobs completed as " + order);
  });
}

void null_pointer(sim::world& world, const configuration&) {
  run_jobs(world, 4, [](sim::world&, const std::string& order) {
    volatile int* volatile nowhere = nullptr;
    if (before(order, 'b', 'a')) *nowhere = 1;
  });
}

void calls_abort(sim::world& world, const configuration&) {
  run_jobs(world, 4, [](sim::world&, const std::string& order) {
    if (before(order, 'b', 'a')) std::abort();
  });
}

void calls_exit(sim::world& world, const configuration&) {
  run_jobs(world, 4, [](sim::world&, const std::string& order) {
    if (before(order, 'b', 'a')) ::_exit(3);
  });
}

void endless_loop(sim::world& world, const configuration&) {
  run_jobs(world, 3, [](sim::world&, const std::string& order) {
    volatile bool forever = before(order, 'b', 'a');
    while (forever) {
    }
  });
}

void throws(sim::world& world, const configuration&) {
  run_jobs(world, 3, [](sim::world&, const std::string&) {});
  throw std::runtime_error("thrown by the story");
}

void fails_at_once(sim::world& world, const configuration&) {
  run_jobs(world, 2, [](sim::world& in, const std::string&) { in.fail("always", "it never works"); });
}

/// A variable that no restart and no new world resets: what users must not have.
int runs_of_this_process = 0;

void leaks_into_the_trace(sim::world& world, const configuration&) {
  run_jobs(world, ++runs_of_this_process % 2 == 1 ? 2 : 3, [](sim::world&, const std::string&) {});
}

void leaks_into_the_outcome(sim::world& world, const configuration&) {
  const bool broken = ++runs_of_this_process == 20;
  run_jobs(world, 3, [broken](sim::world& in, const std::string&) {
    in.check(!broken, "twentieth_run", "this was the twentieth run of the process");
  });
}

/// Something that differs from process to process and from run to run, read past the loop.
void reads_the_process_id(sim::world& world, const configuration&) {
  world.add_host("server").start("timer", [](twinloop::loop& loop, const twinloop::arguments&) {
    twinloop::timer timer(loop, [] {});
    timer.start(std::chrono::microseconds(::getpid()) + std::chrono::nanoseconds(runs_of_this_process++));
    loop.run();
    return 0;
  });
  world.run();
}

}  // namespace

std::span<const scenario> all() {
  static const scenario stories[] = {
      {"clean", "nothing is wrong", clean},
      {"forty_nine_callbacks", "seven processes with a timer that fires seven times", forty_nine_callbacks},
      {"order",
       "breaks when b completes before a",
       order_bug,
       0,
       true,
       {{"bug", setting::one_of("on", {"on", "off"})}, {"note", "any"}, {"size", setting::number(4, 2, 8)}}},
      {"two_deviations", "breaks when two pairs of jobs change places", two_deviations, 0, true},
      {"null_pointer", "writes through a null pointer when b completes before a", null_pointer, 0, true},
      {"calls_abort", "calls abort() when b completes before a", calls_abort, 0, true},
      {"calls_exit", "calls _exit(3) when b completes before a", calls_exit, 0, true},
      {"endless_loop", "loops for ever when b completes before a", endless_loop, 0, true},
      {"throws", "an exception leaves its body", throws, 0, true},
      {"fails_at_once", "fails in the natural order too", fails_at_once, 0, true},
      {"leaks_into_the_trace", "does more in every other run", leaks_into_the_trace, 0, true},
      {"leaks_into_the_outcome", "fails in the twentieth run of a process", leaks_into_the_outcome, 0, true},
      {"reads_the_process_id", "depends on the process id", reads_the_process_id, 0, true},
  };
  return stories;
}

const scenario& find(const std::string& name) {
  for (const scenario& each : all()) {
    if (each.name == name) return each;
  }
  throw std::invalid_argument("no story " + name);
}

twinloop::testing::subject subject(const std::string& name) { return twinloop::testing::make_subject(find(name), {}); }

}  // namespace stories
