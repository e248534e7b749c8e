// A simulated process: its fiber, its pool, and what its loop is waiting for.
#ifndef TWINLOOP_SIM_PROCESS_HPP
#define TWINLOOP_SIM_PROCESS_HPP

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loop/fiber.hpp"
#include "sim/kernel.hpp"
#include "sim/machine/descriptors.hpp"
#include "sim/names.hpp"
#include "sim/random.hpp"
#include "twinloop/sim.hpp"
#include "twinloop/work.hpp"

namespace twinloop::sim {

/// How often a killed stack is thrown at before it is given up: each of its handles may call the kernel once or twice
/// as it is destroyed, and there may be thousands.
inline constexpr std::uint32_t throws_while_unwinding = 10'000;

/// A pool job that has been started: a work function on a fiber.
struct job_state {
  process_state* process = nullptr;
  work_op* running = nullptr;
  std::optional<job> context;
  std::optional<fiber> stack;
  std::uint64_t identity = 0;
  std::uint64_t task = 0;  // number of this run of it
  named asked{};
  named* name = nullptr;             // what `asked` was copied from
  blocking_request* call = nullptr;  // the blocking call it is suspended in
  result<std::int64_t> answer = std::int64_t{0};
  std::uint32_t generation = 0;
  std::uint32_t throws = 0;  // of process_killed
  bool killed = false;
  bool ended = false;
  bool handed_over = false;  // it waited for a mutex, and has it now
};

/// What questions about one kind of call on one thing are counted by.
struct call_name {
  std::uint64_t base = 0;
  const char* what = "";
  named asked{};
};

/// A mutex that jobs wait for, and they, oldest first.
struct mutex_queue {
  mutex* lock = nullptr;
  std::deque<job_state*> waiting;
};

struct process_state : descriptor_table {
  explicit process_state(world_state& owner) : world(&owner), kernel(*this) {}
  void prepare(host_state& on, std::string_view name, program run, arguments with, process_options how);

  void forget();

  world_state* world;
  host_state* host = nullptr;
  std::unique_ptr<process> face;
  std::string text;
  named asked{};
  program main;
  arguments args;
  process_options options;
  kernel_of_process kernel;
  std::optional<fiber> stack;
  loop* own = nullptr;  // while main runs
  random_stream random{0};

  std::uint32_t index = 0;       // in the world's list
  std::uint32_t generation = 0;  // of this life; stale events do not match
  std::uint32_t starts = 0;
  std::uint64_t task = 0;       // number of this life of main
  std::uint32_t system_id = 0;  // what it is told when it asks for its process id
  std::uint32_t throws = 0;     // of process_killed, while dying
  std::uint32_t crash_asked = 0;
  std::deque<call_name> call_names;
  std::optional<int> exit_status;
  bool running = false;
  bool start_pending = false;
  bool killed = false;         // dying: every call into the kernel throws
  bool counted = false;        // among the processes that the run waits for
  bool lost = false;           // its stack was abandoned
  bool ended_by_kill = false;  // restart() of its host starts it again

  // the wait under way
  std::span<completion> out;
  std::uint32_t delivered = 0;
  std::int64_t deadline = 0;
  std::int64_t queued_deadline = INT64_MAX;  // time of the deadline event that counts
  std::int64_t late_until = 0;               // timers that were due are noticed no earlier
  bool late_asked = false;
  bool waiting = false;
  bool in_call = false;         // suspended in a blocking call of its loop's thread
  bool deadline_ready = false;  // stands among the ready
  bool wake_ready = false;
  bool woken = false;
  bool timers_due = false;
  result<std::int64_t> call_answer = std::int64_t{0};

  // what is expected of it, while a source wants options (causality.hpp)
  std::uint32_t expected_wake = 0;
  std::uint32_t expected_deadline = 0;
  std::uint32_t expected_call = 0;
  std::uint32_t expected_start = 0;
  std::int64_t expected_due = INT64_MAX;  // the deadline that expected_deadline is about
  std::uint64_t timers_seen = 0;          // loop_view's states when the last step ended
  std::uint64_t posts_seen = 0;
  std::uint64_t pool_enabled_by = 0;
  std::uint32_t pool_occurrence = 0;

  // the pool
  std::deque<op*> queue;
  std::vector<std::unique_ptr<job_state>> jobs;
  std::vector<job_state*> free_jobs;
  std::uint32_t pool_running = 0;
  std::uint32_t pool_lookups = 0;
  bool pool_ready = false;  // its entry stands among the ready
  std::vector<mutex_queue> mutexes;
};

}  // namespace twinloop::sim

#endif
