// Programs with jobs that race, and their fixed twins. Without ThreadSanitizer all of them run clean: what they race
// about is never wrong on one thread.
#include "tests/unit/races/races.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/unit/races/sound.hpp"
#include "twinloop/work.hpp"

namespace races {
namespace {

namespace sim = twinloop::sim;
using twinloop::job;
using twinloop::loop;
using twinloop::testing::configuration;
using twinloop::testing::scenario;

/// What the loading job fills and the loop reads.
struct table {
  std::array<int, 8> rows{};
};

void fill_table(table& filled) {
  for (int& row : filled.rows) row += 1;
}

int add_up(const table& read) {
  int sum = 0;
  for (const int row : read.rows) sum += row;
  return sum;
}

/// A table is loaded while something else is computed. The buggy twin uses the table when the computation is done: the
/// load was started first and is mostly done by then.
void load_and_compute(sim::world& world, bool waits) {
  world.add_host("server").start("main", [&world, waits](loop& owner, const twinloop::arguments&) {
    table loaded;
    int done = 0;
    auto use = [&] { world.check(add_up(loaded) <= 8, "races.sum", "the table adds up to too much"); };
    twinloop::work_handle load(owner, "load");
    twinloop::work_handle compute(owner, "compute");
    load.start(
        [&](job& self) {
          self.yield();
          fill_table(loaded);
        },
        [&](twinloop::errc) {
          if (++done == 2 || !waits) use();
        });
    compute.start([](job& self) { self.yield(); },
                  [&](twinloop::errc) {
                    if (++done == 2 || !waits) use();
                  });
    owner.run();
    return 0;
  });
  world.run();
}

void reads_early(sim::world& world, const configuration&) { load_and_compute(world, false); }
void reads_after_completion(sim::world& world, const configuration&) { load_and_compute(world, true); }

void increment(int& counter) { ++counter; }

/// Two jobs count; the second one of the buggy twin forgot the mutex.
void count_twice(sim::world& world, bool second_locks) {
  world.add_host("server").start("main", [&world, second_locks](loop& owner, const twinloop::arguments&) {
    int counter = 0;
    int done = 0;
    twinloop::mutex lock;
    auto locked = [&](job& self) {
      const twinloop::lock_guard guard(lock, self);
      increment(counter);
      self.yield();
    };
    auto bare = [&](job&) { increment(counter); };
    auto ended = [&](twinloop::errc) {
      if (++done == 2) world.check(counter == 2, "races.count", "not every increment was counted");
    };
    twinloop::work_handle first(owner, "first");
    twinloop::work_handle second(owner, "second");
    first.start(locked, ended);
    if (second_locks) {
      second.start(locked, ended);
    } else {
      second.start(bare, ended);
    }
    owner.run();
    return 0;
  });
  world.run();
}

void counts_without_lock(sim::world& world, const configuration&) { count_twice(world, false); }
void counts_with_lock(sim::world& world, const configuration&) { count_twice(world, true); }

/// The kernel fills a job's buffer on its behalf; the loop looks into it before the job is done.
void peeks_into_a_read(sim::world& world, const configuration&) {
  sim::host& server = world.add_host("server");
  server.write_file("/data", std::string(64, 'x'));
  server.start("main", [](loop& owner, const twinloop::arguments&) {
    std::array<std::byte, 64> buffer{};
    std::byte seen{};
    twinloop::timer peek(owner, [&] { seen = buffer[0]; });
    twinloop::work_handle reading(owner, "reading");
    reading.start(
        [&](job& self) {
          auto file = self.open("/data", twinloop::open_read);
          if (file) (void)self.read_at(*file, buffer, 0);
          if (file) (void)self.close(*file);
        },
        nullptr);
    peek.start(std::chrono::microseconds(50));  // the read is over by then, and the close is not
    owner.run();
    return seen == std::byte{} ? 1 : 0;
  });
  world.run();
}

/// Two jobs that are never at work together, and that nothing orders: the second was asked for before the first ended.
/// It counts only if the loop has heard of the first by then, and may have the stack of the first.
void one_after_the_other(sim::world& world, const configuration&) {
  world.add_host("server").start("main",
                                 [](loop& owner, const twinloop::arguments&) {
                                   int counter = 0;
                                   std::atomic<bool> heard{false};
                                   twinloop::work_handle first(owner, "first");
                                   twinloop::work_handle second(owner, "second");
                                   first.start([&](job&) { increment(counter); },
                                               [&](twinloop::errc) { heard.store(true, std::memory_order_relaxed); });
                                   second.start(
                                       [&](job&) {
                                         if (heard.load(std::memory_order_relaxed)) increment(counter);
                                       },
                                       nullptr);
                                   owner.run();
                                   return 0;
                                 },
                                 {}, {.pool_threads = 1});
  world.run();
}

/// The loop changes what a job was given after it was started.
void changes_what_it_gave(sim::world& world, const configuration&) {
  world.add_host("server").start("main", [](loop& owner, const twinloop::arguments&) {
    int given = 1;
    int taken = 0;
    twinloop::work_handle taking(owner, "taking");
    taking.start([&](job&) { taken = given; }, nullptr);
    increment(given);
    owner.run();
    return taken == 0;
  });
  world.run();
}

struct looked_up {
  int value = 7;
};
[[gnu::noinline]] int look_at(const looked_up& object) { return object.value; }
void let_go(std::unique_ptr<looked_up>& object) { object.reset(); }

/// The loop frees what a job still looks at: not for ThreadSanitizer, but for AddressSanitizer.
void uses_after_free(sim::world& world, const configuration&) {
  world.add_host("server").start("main", [](loop& owner, const twinloop::arguments&) {
    auto object = std::make_unique<looked_up>();
    int seen = 0;
    twinloop::timer cleanup(owner, [&] { let_go(object); });
    twinloop::work_handle looking(owner, "looking");
    looking.start(
        [&seen, looked = object.get()](job& self) {
          for (int i = 0; i < 8; ++i) (void)self.status("/nothing");
          seen = look_at(*looked);
        },
        nullptr);
    cleanup.start(std::chrono::microseconds(50));
    owner.run();
    return 0;
  });
  world.run();
}

}  // namespace

std::span<const scenario> all() {
  static const scenario programs[] = {
      {"reads_early", "a callback reads what a job writes, without its completion", reads_early, 0, true},
      {"reads_after_completion", "its fixed twin", reads_after_completion},
      {"counts_without_lock", "two jobs count, one without the mutex", counts_without_lock, 0, true},
      {"counts_with_lock", "its fixed twin", counts_with_lock},
      {"peeks_into_a_read", "a timer looks into the buffer of a job's read_at", peeks_into_a_read, 0, true},
      {"one_after_the_other", "two jobs count, on a pool of one thread", one_after_the_other, 0, true},
      {"changes_what_it_gave", "the loop writes what a job reads, after it was started", changes_what_it_gave, 0, true},
      {"uses_after_free", "a timer frees what a job looks at", uses_after_free, 0, true},
      {"recycled", "many sound jobs of every sort", recycled, 0, false, {{"jobs", "200"}}},
      {"all_at_once", "many sound jobs, all started in one callback", all_at_once, 0, false, {{"jobs", "300"}}},
      {"killed", "jobs of processes that are killed and start again", killed},
  };
  return programs;
}

const scenario& find(const std::string& name) {
  for (const scenario& each : all()) {
    if (each.name == name) return each;
  }
  throw std::invalid_argument("no program " + name);
}

}  // namespace races
