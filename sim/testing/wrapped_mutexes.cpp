// Wrappers of pthread's mutexes, which std::mutex is. All tasks of a simulation share one thread: where one task waits
// for a mutex that another holds while it is suspended, that thread would wait for itself. So a simulated task never
// waits here: the run fails, with the lines of both locks, and the call returns EDEADLK, which std::mutex throws.
#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "loop/race_checks.hpp"
#include "sim/testing/wrapped_call.hpp"
#include "twinloop/outside.hpp"

extern "C" int __real_pthread_mutex_trylock(pthread_mutex_t* wanted);
extern "C" int __real_pthread_mutex_unlock(pthread_mutex_t* locked);

namespace {

using twinloop::sim::running_task;
using twinloop::sim::task_name;
using twinloop::testing::call_stack;

struct held_mutex {
  const pthread_mutex_t* mutex;
  std::uint64_t task;
  call_stack locked;
  unsigned times = 1;  // of a recursive one
};

thread_local std::size_t held_count = 0;  // of the list below, to be asked at any time of a thread's life

/// Those that simulated tasks of this thread hold: few.
std::vector<held_mutex>& held_mutexes() {
  static thread_local std::vector<held_mutex> held;
  return held;
}

held_mutex* find_held(const pthread_mutex_t* mutex) {
  auto& held = held_mutexes();
  const auto at = std::find_if(held.begin(), held.end(), [&](const held_mutex& each) { return each.mutex == mutex; });
  return at == held.end() ? nullptr : &*at;
}

/// A task that goes on later. (One that has ended may have left a mutex locked, or gone together with it.)
bool is_suspended(std::uint64_t task) { return task != running_task() && !task_name(task).empty(); }

int fail(const held_mutex& held) {
  const std::uint64_t task = running_task();
  const std::string first = held.locked.place();
  const std::string since = first.empty() ? "" : fmt::format(" since {}", first);
  std::string message;
  if (held.task == task) {
    message = fmt::format("{} locks a std::mutex that it holds already{}", task_name(task), since);
  } else if (!is_suspended(held.task)) {
    message = fmt::format("{} locks a std::mutex that a task which has ended holds{}", task_name(task), since);
  } else {
    message = fmt::format(
        "{} locks a std::mutex that {} holds{}, which is suspended: both run on one thread here, so take "
        "twinloop::mutex for what is held across calls of a job",
        task_name(task), task_name(held.task), since);
  }
  twinloop::sim::report_blocking(std::move(message), call_stack::here().place());
  return EDEADLK;
}

/// A recursive mutex takes all tasks for one holder, so it is not asked while one of them is suspended.
const held_mutex* held_by_suspended(const pthread_mutex_t* wanted) {
  const held_mutex* const known = find_held(wanted);
  return known != nullptr && is_suspended(known->task) ? known : nullptr;
}

int refuse(const pthread_mutex_t* wanted) {
  const twinloop::race_checks::gate scope;
  const held_mutex* const held = held_by_suspended(wanted);
  return held != nullptr ? fail(*held) : 0;
}

/// What the running task is told: `answer`, unless that is EBUSY because of a task.
int take(const pthread_mutex_t* wanted, int answer) {
  const twinloop::race_checks::gate scope;
  held_mutex* const known = find_held(wanted);
  if (answer == EBUSY && known != nullptr) return fail(*known);
  if (answer != 0) return answer;
  if (known == nullptr) {
    held_mutexes().push_back({wanted, running_task(), call_stack::here()});
    ++held_count;
  } else if (known->task == running_task()) {
    ++known->times;
  } else {
    *known = {wanted, running_task(), call_stack::here()};
  }
  return 0;
}

bool is_refused(const pthread_mutex_t* wanted) {
  const twinloop::race_checks::gate scope;
  return held_by_suspended(wanted) != nullptr;
}

void forget_one(const pthread_mutex_t* unlocked) {
  const twinloop::race_checks::gate scope;
  held_mutex* const held = find_held(unlocked);
  if (held == nullptr || --held->times > 0) return;
  *held = held_mutexes().back();
  held_mutexes().pop_back();
  --held_count;
}

}  // namespace

// The real calls stand outside of the gates: they order what a job does.
TWINLOOP_WRAPPED(int, pthread_mutex_lock, pthread_mutex_t* wanted) {
  if (running_task() == 0) return __real_pthread_mutex_lock(wanted);
  if (const int refused = refuse(wanted)) return refused;
  const int answer = take(wanted, __real_pthread_mutex_trylock(wanted));
  if (answer != EBUSY) return answer;
  return take(wanted, __real_pthread_mutex_lock(wanted));  // another thread had it
}

TWINLOOP_WRAPPED(int, pthread_mutex_trylock, pthread_mutex_t* wanted) {
  if (running_task() == 0) return __real_pthread_mutex_trylock(wanted);
  if (is_refused(wanted)) return EBUSY;
  const int answer = __real_pthread_mutex_trylock(wanted);
  return answer == 0 ? take(wanted, answer) : answer;
}

TWINLOOP_WRAPPED(int, pthread_mutex_unlock, pthread_mutex_t* locked) {
  if (held_count > 0) forget_one(locked);  // outside of a task, too: one that left it locked
  return __real_pthread_mutex_unlock(locked);
}
