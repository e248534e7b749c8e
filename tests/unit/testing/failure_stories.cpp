// One scenario for each way in which a run can fail. Unless they say otherwise they fail when job b completes before a.
#include "tests/unit/testing/failure_stories.hpp"

#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/unit/testing/stories.hpp"
#include "twinloop/net.hpp"
#include "twinloop/work.hpp"

namespace failure_stories {
namespace {

using stories::before;
using stories::run_jobs;
using twinloop::testing::configuration;
using twinloop::testing::scenario;
namespace sim = twinloop::sim;

void on_wrong_order(sim::world& world, const std::function<void()>& harm) {
  run_jobs(world, 3, [harm](sim::world&, const std::string& order) {
    if (before(order, 'b', 'a')) harm();
  });
}

[[gnu::noinline]] void write_through(volatile int* nowhere) { *nowhere = 1; }

void check(sim::world& world, const configuration&) {
  on_wrong_order(world, [&world] { world.fail("order.a_first", "b came before a"); });
}
void assertion(sim::world& world, const configuration&) {
  on_wrong_order(world, [] {
    const bool a_came_first = false;
    TWINLOOP_ASSERT(a_came_first);
  });
}
void exception(sim::world& world, const configuration&) {
  on_wrong_order(world, [] { throw std::runtime_error("job 12 came before job 11"); });
}
void aborts(sim::world& world, const configuration&) {
  on_wrong_order(world, [] { std::abort(); });
}
void segfault(sim::world& world, const configuration&) {
  on_wrong_order(world, [] { write_through(nullptr); });
}
void exits(sim::world& world, const configuration&) {
  on_wrong_order(world, [] { ::_exit(0); });
}
void endless_loop(sim::world& world, const configuration&) {
  on_wrong_order(world, [] {
    volatile bool for_ever = true;
    while (for_ever) {
    }
  });
}
/// What it leaves behind when it is unwound never ends.
void check_then_loop(sim::world& world, const configuration&) {
  on_wrong_order(world, [&world] {
    struct stubborn {
      ~stubborn() {
        volatile bool for_ever = true;
        while (for_ever) {
        }
      }
    } const last;
    world.fail("order.a_first", "b came before a");
  });
}
void reads_a_clock(sim::world& world, const configuration&) {
  on_wrong_order(world, [] {
    timespec now;
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
  });
}
void blocking_call(sim::world& world, const configuration&) {
  on_wrong_order(world, [] { ::pause(); });
}

/// A listener that nobody connects to and nobody closes.
void hang(sim::world& world, const configuration&) {
  world.add_host("client").start("waits", [&world](twinloop::loop& loop, const twinloop::arguments&) {
    twinloop::tcp_listener door(loop, "door");
    if (world.choose("stays", 3) != 1) return 0;
    auto listening = door.listen(twinloop::address::any(7), [](twinloop::result<twinloop::accepted>) {});
    loop.run();
    return listening ? 0 : 1;
  });
  world.run();
}

void handle_leak(sim::world& world, const configuration&) {
  world.add_host("host").start("careless", [&world](twinloop::loop& loop, const twinloop::arguments&) {
    twinloop::blocking_files files(loop.below());
    if (world.choose("forgets", 3) == 1) {
      (void)files.open("/forgotten", twinloop::open_write | twinloop::open_create, 0644, "forgotten");
    }
    return 0;
  });
  world.run();
}

volatile std::uintptr_t hidden = 0;  // keeps the compiler from seeing through what follows

void memory_leak(sim::world& world, const configuration&) {
  on_wrong_order(world, [] {
    // Several, since a copy of the last address may be left in a register or in dead stack, where the checker looks.
    for (int i = 0; i < 16; ++i) hidden = reinterpret_cast<std::uintptr_t>(new int[100]);
    hidden = 0;
  });
}
void use_after_free(sim::world& world, const configuration&) {
  on_wrong_order(world, [] {
    int* const gone = new int(1);
    hidden = reinterpret_cast<std::uintptr_t>(gone);
    delete gone;
    write_through(reinterpret_cast<volatile int*>(hidden));
    hidden = 0;
  });
}
void overflow(sim::world& world, const configuration&) {
  on_wrong_order(world, [] {
    volatile int large = 0x7fffffff;
    large = large + 1;
  });
}

int runs_of_this_process = 0;  // what users must not have

void leaking_state(sim::world& world, const configuration&) {
  const bool broken = ++runs_of_this_process == 20;
  run_jobs(world, 3, [broken](sim::world& in, const std::string&) {
    in.check(!broken, "twentieth_run", "this was the twentieth run of the process");
  });
}

/// Two checks and two crashes at different places.
void several(sim::world& world, const configuration&) {
  run_jobs(world, 4, [](sim::world& in, const std::string& order) {
    if (order.starts_with("b")) in.fail("several.b_first", order);
    if (order.starts_with("c")) in.fail("several.c_first", order);
    if (order == "abdc") write_through(nullptr);
    if (order == "acbd") std::abort();
  });
}

void clean(sim::world& world, const configuration&) {
  run_jobs(world, 3, [](sim::world&, const std::string&) {});
}

/// Jobs of one process that declare nothing: each order of their completions is a class of its own.
void undeclared_jobs(sim::world& world, std::size_t count) {
  static constexpr const char* names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
  world.add_host("server").start("jobs", [count](twinloop::loop& loop, const twinloop::arguments&) {
    std::vector<std::unique_ptr<twinloop::work_handle>> jobs;
    for (std::size_t made = 0; made < count; ++made) {
      jobs.push_back(std::make_unique<twinloop::work_handle>(loop, names[made]));
      jobs.back()->start([](twinloop::job&) {}, [](twinloop::errc) {});
    }
    loop.run();
    return 0;
  });
  world.run();
}

void three_jobs(sim::world& world, const configuration&) { undeclared_jobs(world, 3); }
void eight_jobs(sim::world& world, const configuration&) { undeclared_jobs(world, 8); }

/// Three processes that share nothing: all orders are one class.
void apart(sim::world& world, const configuration&) {
  for (const char* const name : {"a", "b", "c"}) {
    world.add_host(name).start("timer", [](twinloop::loop& loop, const twinloop::arguments&) {
      twinloop::timer alarm(loop, [] {});
      alarm.start(std::chrono::milliseconds(1));
      loop.run();
      return 0;
    });
  }
  world.run();
}

constexpr std::uint32_t none = 0;

}  // namespace

std::span<const scenario> all() {
  static const scenario stories[] = {
      {"check", "a check fails", check, none, true},
      {"assertion", "an assertion fails", assertion, none, true},
      {"exception", "an exception leaves a callback", exception, none, true},
      {"aborts", "calls abort()", aborts, none, true},
      {"segfault", "writes through a null pointer", segfault, none, true},
      {"exits", "leaves the process with status 0", exits, none, true},
      {"endless_loop", "never returns from a callback", endless_loop, none, true},
      {"check_then_loop", "a check fails, and what is left never ends", check_then_loop, none, true},
      {"reads_a_clock", "goes around the loop", reads_a_clock, none, true},
      {"blocking_call", "sleeps in a system call", blocking_call, none, true},
      {"hang", "waits for what never comes", hang, none, true},
      {"handle_leak", "leaves a file open", handle_leak, none, true},
      {"memory_leak", "loses memory", memory_leak, none, true},
      {"use_after_free", "writes to memory it gave back", use_after_free, none, true},
      {"overflow", "counts past the end of int", overflow, none, true},
      {"leaking_state", "fails in the twentieth run of a process", leaking_state, none, true},
      {"several", "fails in four ways", several, none, true},
      {"clean", "nothing is wrong", clean},
      {"three_jobs", "three jobs that declare nothing", three_jobs},
      {"eight_jobs", "eight of them: two million orders", eight_jobs},
      {"apart", "three processes that share nothing", apart},
  };
  return stories;
}

twinloop::testing::subject subject(const std::string& name) {
  for (const scenario& each : all()) {
    if (each.name == name) return twinloop::testing::make_subject(each, {});
  }
  throw std::invalid_argument("no story " + name);
}

}  // namespace failure_stories
