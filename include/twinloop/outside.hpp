// Sources that a simulated run cannot repeat, because they go around the loop: the system's clocks, sleeping, random
// devices, threads, the environment. A program takes from its loop what stands beside each kind below.
//
// Executables that link twinloop::testing catch them: the linker leads the calls of their own code and of static
// libraries through wrappers (the list stands in sim/testing/CMakeLists.txt), and one that a simulated program makes
// fails the run as "outside.clock" and the like, with the function and the line that called it. Calls from the test
// itself, its choice sources and its hash of the state included, are its own business, and so are those of signal
// handlers and shared libraries. What only says something to people (the time in a log line) may be allowed:
// world::allow.
//
// The functions are for those who catch more: an interposed generator, a cycle counter. Thread: the world's.
#ifndef TWINLOOP_OUTSIDE_HPP
#define TWINLOOP_OUTSIDE_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace twinloop::sim {

enum class outside : std::uint8_t {
  clock,        ///< clock_gettime, gettimeofday, time, clock, std::chrono's now: loop::now and loop::wall
  sleep,        ///< sleep, usleep, nanosleep, std::this_thread::sleep_for: a timer
  random,       ///< getrandom, getentropy, rand, random, std::random_device: loop::random
  thread,       ///< pthread_create, std::thread, std::async: a job of the pool (work.hpp)
  environment,  ///< getenv: arguments
};
const char* name(outside) noexcept;

/// Whether code of a simulated program (its main, a callback, a job) runs on this thread and may not use `source`. Not
/// while it is unwound by a kill.
bool watches(outside source) noexcept;
/// Fails the run because that code called `function`, at `place` ("server.cpp:88", or empty). Only while watches() says
/// so. Later reports of a run that has failed already are dropped.
void report_outside(outside source, std::string_view function, std::string place);

/// What runs on this thread: a process's main and callbacks, or one job, as a number that no other task of the thread
/// has or had; 0 outside of all simulated programs. For watching what a task holds while it is suspended.
std::uint64_t running_task() noexcept;
/// For people: "server/kv", "server/kv/compaction" of a job; empty if the running world has no such task any more.
std::string task_name(std::uint64_t task);
/// Fails the run because the running task would block the thread that all of them share; as report_outside.
void report_blocking(std::string message, std::string place);

}  // namespace twinloop::sim

#endif
