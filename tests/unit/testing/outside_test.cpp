// What a simulated program takes from outside of its loop, and what would block the thread that all of them share.
#include <gtest/gtest.h>
#include <sys/random.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <system_error>
#include <thread>

#include "twinloop/sim.hpp"
#include "twinloop/work.hpp"

namespace twinloop::sim {
namespace {
using namespace std::chrono_literals;

/// A line of this file. Atomic, since no edge leads from a job that was killed to the test.
class noted_line {
 public:
  void operator=(const where& at) { line_ = at.line; }
  std::string place() const { return "testing/outside_test.cpp:" + std::to_string(line_); }

 private:
  std::atomic<std::uint32_t> line_{0};
};

struct call {
  const char* kind;
  const char* function;
  where (*make)();       // returns the line that it made the call in
  bool inlined = false;  // some compilers then tell a line of the standard library's only, or the next caller's
};

where create_a_thread() {
  pthread_t made;
  void* (*const run)(void*) = [](void* given) { return given; };
  const where at = (::pthread_create(&made, nullptr, run, nullptr), where::here());
  ::pthread_join(made, nullptr);
  return at;
}

const call calls[] = {
    {"clock", "clock_gettime",
     [] {
       timespec now;
       return ::clock_gettime(CLOCK_MONOTONIC, &now), where::here();
     }},
    {"clock", "gettimeofday",
     [] {
       timeval now;
       return ::gettimeofday(&now, nullptr), where::here();
     }},
    {"clock", "time", [] { return (void)std::time(nullptr), where::here(); }},
    {"clock", "clock", [] { return (void)std::clock(), where::here(); }},
    {"clock", "timespec_get",
     [] {
       timespec now;
       return (void)std::timespec_get(&now, TIME_UTC), where::here();
     }},
    {"clock", "std::chrono::steady_clock::now", [] { return (void)std::chrono::steady_clock::now(), where::here(); }},
    {"clock", "std::chrono::system_clock::now", [] { return (void)std::chrono::system_clock::now(), where::here(); }},
    {"sleep", "sleep", [] { return ::sleep(0), where::here(); }},
    {"sleep", "usleep", [] { return ::usleep(0), where::here(); }},
    {"sleep", "nanosleep", [] { return std::this_thread::sleep_for(1ns), where::here(); }, true},
    {"sleep", "clock_nanosleep",
     [] {
       timespec none{};
       return ::clock_nanosleep(CLOCK_MONOTONIC, 0, &none, nullptr), where::here();
     }},
    {"random", "getrandom",
     [] {
       char byte;
       return (void)!::getrandom(&byte, 1, 0), where::here();
     }},
    {"random", "getentropy",
     [] {
       char byte;
       return (void)!::getentropy(&byte, 1), where::here();
     }},
    {"random", "rand", [] { return (void)std::rand(), where::here(); }},
    {"random", "random", [] { return (void)::random(), where::here(); }},
    {"random", "std::random_device",
     [] {
       std::random_device device;
       return (void)device(), where::here();
     }},
    {"thread", "pthread_create", &create_a_thread},
    {"thread", "std::thread", [] { return std::thread([] {}).join(), where::here(); }, true},
    {"environment", "getenv", [] { return (void)std::getenv("HOME"), where::here(); }},
    {"environment", "secure_getenv", [] { return (void)::secure_getenv("HOME"), where::here(); }},
};

void expect_failure(const world& ran, const std::string& name, const std::string& message, const std::string& place) {
  ASSERT_EQ(ran.report().failures.size(), 1u) << ran.report().text();
  const failure& broke = ran.report().failures[0];
  EXPECT_EQ(broke.name, name);
  EXPECT_EQ(broke.message.substr(0, message.size()), message);
  EXPECT_EQ(place.ends_with(':') ? broke.place.substr(0, place.size()) : broke.place, place);
}

TEST(outside, every_call_that_goes_around_the_loop_fails_the_run_with_its_caller) {
  for (const call& each : calls) {
    SCOPED_TRACE(each.function);
    noted_line at;
    world world;
    world.add_host("host").start("program", [&](loop&, arguments) {
      at = each.make();
      return 0;
    });
    world.run();
    const std::string kind = std::string("outside.") + each.kind;
    const std::string message = std::string("host/program called ") + each.function + ": ";
    expect_failure(world, kind, message, each.inlined ? "testing/outside_test.cpp:" : at.place());
  }
}

TEST(outside, jobs_and_callbacks_are_named) {
  noted_line at;
  world world;
  world.add_host("host").start("program", [&](loop& loop, arguments) {
    work_handle work(loop, "draw");
    work.start([&](job&) { at = ((void)std::rand(), where::here()); }, [](errc) {});
    loop.run();
    return 0;
  });
  world.run();
  expect_failure(world, "outside.random", "host/program/draw called rand: ", at.place());
}

TEST(outside, the_test_itself_may_call_what_it_likes) {
  world world;
  world.add_host("host").start("program", [](loop& loop, arguments) {
    timer wait(loop, [] {});
    wait.start(2ms);
    loop.run();
    return 0;
  });
  world.at(1ms, [] { (void)std::chrono::steady_clock::now(); });
  for (const call& each : calls) each.make();
  EXPECT_TRUE(world.run().clean()) << world.report().text();
}

TEST(outside, a_signal_handler_is_not_the_program_that_it_interrupts) {
  static std::atomic<int> asked{0};
  const auto before = std::signal(SIGUSR1, [](int) {
    timespec now;
    asked += ::clock_gettime(CLOCK_MONOTONIC, &now) == 0 ? 1 : 0;
  });
  world world;
  world.add_host("host").start("program", [](loop&, arguments) { return std::raise(SIGUSR1); });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  EXPECT_EQ(asked, 1);
  std::signal(SIGUSR1, before);
}

TEST(outside, a_choice_source_and_the_hash_of_the_state_are_the_tests_own) {
  struct : choice_source {
    std::uint32_t answer(const question&) override { return std::rand() >= 0 ? 0 : 1; }
    bool wants_options() const override { return true; }
    void happened(const step&) override { (void)std::chrono::steady_clock::now(); }
    bool wants_touches() const override { return true; }
    void touched(std::uint64_t, const conflict_key&) override {
      ++told;
      (void)std::getenv("HOME");
    }
    int told = 0;
  } reads_all_it_likes;
  world world({.source = &reads_all_it_likes, .instant_limit = 100});
  int observed = 0;
  world.observe_state([&] {
    (void)std::getenv("HOME");
    return static_cast<std::uint64_t>(++observed);
  });
  world.add_host("host").start("program", [](loop& loop, arguments) {
    work_handle work(loop);
    int left = 80;
    std::function<void()> again = [&] {
      work.start([](job&) {},
                 [&](errc) {
                   if (--left > 0) again();
                 });
    };
    again();
    loop.run();
    return 0;
  });
  EXPECT_TRUE(world.run().clean() || world.report().failures.at(0).name == "slow") << world.report().text();
  EXPECT_GT(observed, 0);
  EXPECT_GT(reads_all_it_likes.told, 0);
}

TEST(outside, what_is_allowed_is_no_failure_until_reset) {
  const auto reads_a_clock = [](loop&, arguments) {
    (void)std::chrono::system_clock::now();
    return 0;
  };
  world world;
  world.allow(outside::clock);
  world.add_host("host").start("program", reads_a_clock);
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  world.reset();
  world.allow(outside::random);
  world.add_host("host").start("program", reads_a_clock);
  EXPECT_EQ(world.run().ended, outcome::failed);
}

TEST(outside, a_program_that_is_killed_is_not_watched_while_it_is_unwound) {
  struct logger {
    ~logger() { (void)std::chrono::system_clock::now(); }
  };
  world world;
  process& killed = world.add_host("host").start("program", [](loop& loop, arguments) {
    const logger log;
    timer wait(loop, [] {});
    wait.start(1h);
    loop.run();
    return 0;
  });
  world.at(1ms, [&] { killed.kill(); });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
}

/// Two jobs that lock `shared`; the first yields meanwhile.
template <class Mutex>
int two_jobs(loop& loop, Mutex& shared, noted_line& first, noted_line& second) {
  work_handle holder(loop, "holder");
  work_handle other(loop, "other");
  holder.start(
      [&](job& job) {
        first = where::here(), shared.lock();
        const std::lock_guard guard(shared, std::adopt_lock);
        job.yield();
      },
      [](errc) {});
  other.start(
      [&](job&) {
        second = where::here(), shared.lock();
        shared.unlock();
      },
      [](errc) {});
  loop.run();
  return 0;
}

/// The two places come out of the run, in a message that says what to do.
template <class Mutex>
void expect_that_one_waits(Mutex& shared) {
  noted_line first, second;
  world world;
  world.add_host("host").start("program", [&](loop& loop, arguments) { return two_jobs(loop, shared, first, second); });
  world.run();
  ASSERT_FALSE(world.report().failures.empty()) << world.report().text();
  const failure& broke = world.report().failures[0];
  EXPECT_EQ(broke.name, "blocks");
  EXPECT_EQ(broke.message, "host/program/other locks a std::mutex that host/program/holder holds since " +
                               first.place() +
                               ", which is suspended: both run on one thread here, so take twinloop::mutex for what is "
                               "held across calls of a job");
  EXPECT_EQ(broke.place, second.place());
}

TEST(blocking, a_mutex_that_a_suspended_job_holds_fails_the_run_with_both_places) {
  std::mutex shared;
  expect_that_one_waits(shared);
}

TEST(blocking, a_mutex_that_an_ended_job_left_locked_is_told) {
  static std::mutex left;  // for good
  noted_line at;
  world world;
  world.add_host("host").start("program", [&](loop& loop, arguments) {
    work_handle work(loop, "work");
    const auto locks = [&](job&) { at = where::here(), left.lock(); };
    work.start(locks, [&](errc) { work.start([&](job&) { left.lock(); }, [](errc) {}); });
    loop.run();
    return 0;
  });
  world.run();
  ASSERT_FALSE(world.report().failures.empty()) << world.report().text();
  const failure& broke = world.report().failures[0];
  EXPECT_EQ(broke.name, "blocks");
  EXPECT_EQ(broke.message,
            "host/program/work locks a std::mutex that a task which has ended holds since " + at.place());
}

TEST(blocking, try_lock_of_what_a_suspended_job_holds_says_no_and_is_no_failure) {
  std::recursive_mutex shared;
  bool taken = true;
  world world;
  world.add_host("host").start("program", [&](loop& loop, arguments) {
    work_handle holder(loop, "holder");
    work_handle other(loop, "other");
    const auto holds = [&](job& job) {
      const std::lock_guard guard(shared);
      job.yield();
    };
    holder.start(holds, [](errc) {});
    other.start([&](job&) { taken = shared.try_lock(); }, [](errc) {});
    loop.run();
    return 0;
  });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  EXPECT_FALSE(taken);
}

TEST(blocking, what_one_world_left_locked_is_not_taken_for_a_task_of_the_next) {
  static std::mutex left;  // for good
  const auto leaves_it = [](loop&, arguments) { return left.lock(), 0; };
  {
    world first;
    first.add_host("host").start("program", leaves_it);
    EXPECT_TRUE(first.run().clean()) << first.report().text();
  }
  world second;
  second.add_host("host").start("program", [](loop&, arguments) {
    EXPECT_THROW(left.lock(), std::system_error);
    return 0;
  });
  second.run();
  ASSERT_FALSE(second.report().failures.empty());
  EXPECT_NE(second.report().failures[0].message.find("a task which has ended holds"), std::string::npos)
      << second.report().text();
}

TEST(blocking, a_recursive_mutex_does_not_let_two_jobs_in) {
  std::recursive_mutex shared;
  expect_that_one_waits(shared);
  EXPECT_TRUE(shared.try_lock());  // nobody is left inside
  shared.unlock();
}

TEST(blocking, a_mutex_that_is_not_held_across_a_suspension_is_fine) {
  std::mutex shared;
  std::recursive_mutex again;
  int sum = 0;
  world world;
  world.add_host("host").start("program", [&](loop& loop, arguments) {
    work_handle one(loop);
    work_handle two(loop);
    for (work_handle* each : {&one, &two}) {
      each->start(
          [&](job& job) {
            for (int i = 0; i < 3; ++i) {
              {
                const std::scoped_lock guard(shared, again);
                const std::lock_guard once_more(again);
                ++sum;
              }
              job.yield();
            }
          },
          [](errc) {});
    }
    loop.run();
    return 0;
  });
  EXPECT_TRUE(world.run().clean()) << world.report().text();
  EXPECT_EQ(sum, 6);
}

TEST(blocking, a_task_that_locks_twice_is_told) {
  std::mutex twice;
  noted_line first, second;
  world world;
  world.add_host("host").start("program", [&](loop&, arguments) {
    first = (twice.lock(), where::here());
    try {
      second = where::here(), twice.lock();
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::resource_deadlock_would_occur);
    }
    twice.unlock();
    return 0;
  });
  world.run();
  expect_failure(world, "blocks", "host/program locks a std::mutex that it holds already since " + first.place(),
                 second.place());
}

}  // namespace
}  // namespace twinloop::sim
