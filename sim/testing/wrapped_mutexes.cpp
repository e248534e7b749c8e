// Wrappers of pthread's mutexes, which std::mutex is. All tasks of a simulation share one thread: where one task waits
// for a mutex that another holds while it is suspended, that thread would wait for itself. So a simulated task never
// waits here: the run fails, with the lines of both locks, and the call returns EDEADLK, which std::mutex throws.
#include <pthread.h>

#include <algorithm>
#include <cerrno>
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
using twinloop::testing::place_of_call;

struct held_mutex {
  const pthread_mutex_t* mutex;
  const void* task;
  const void* caller;  // of lock
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

int fail(const held_mutex& held, const void* caller) {
  const void* const task = running_task();
  const std::string first = place_of_call(held.caller);
  const std::string since = first.empty() ? "" : fmt::format(" since {}", first);
  const std::string holder = task_name(held.task);
  std::string what =
      "which is suspended: both run on one thread here, so take twinloop::mutex for what is held across "
      "calls of a job";
  if (holder.empty()) what = "which has ended";
  std::string message = held.task == task
                            ? fmt::format("{} locks a std::mutex that it holds already{}", task_name(task), since)
                            : fmt::format("{} locks a std::mutex that {} holds{}, {}", task_name(task),
                                          holder.empty() ? "a task" : holder, since, what);
  twinloop::sim::report_blocking(std::move(message), place_of_call(caller));
  return EDEADLK;
}

/// Of one that this thread has locked: whether it would lock it again.
bool is_recursive(pthread_mutex_t* locked) {
  if (__real_pthread_mutex_trylock(locked) != 0) return false;
  __real_pthread_mutex_unlock(locked);
  return true;
}

/// The real call's answer to a simulated task, and what is made of it.
int answer_task(pthread_mutex_t* wanted, int answer, const void* caller) {
  const twinloop::race_checks::gate scope;
  held_mutex* const held = find_held(wanted);
  if (answer == EBUSY) return held != nullptr ? fail(*held, caller) : EBUSY;
  if (answer != 0) return answer;
  if (held == nullptr) {
    held_mutexes().push_back({wanted, running_task(), caller});
    ++held_count;
  } else if (!is_recursive(wanted)) {
    *held = {wanted, running_task(), caller};  // the one that was known is gone, and this stands in its place
  } else if (held->task == running_task()) {
    ++held->times;
  } else {  // which takes all tasks for its holder
    __real_pthread_mutex_unlock(wanted);
    return fail(*held, caller);
  }
  return 0;
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

TWINLOOP_WRAPPED(int, pthread_mutex_lock, pthread_mutex_t* wanted) {
  if (running_task() == nullptr) return __real_pthread_mutex_lock(wanted);
  const int answer = answer_task(wanted, __real_pthread_mutex_trylock(wanted), __builtin_return_address(0));
  return answer == EBUSY ? __real_pthread_mutex_lock(wanted) : answer;  // another thread has it
}

TWINLOOP_WRAPPED(int, pthread_mutex_trylock, pthread_mutex_t* wanted) {
  const int answer = __real_pthread_mutex_trylock(wanted);
  if (answer != 0 || running_task() == nullptr) return answer;
  return answer_task(wanted, answer, __builtin_return_address(0));
}

TWINLOOP_WRAPPED(int, pthread_mutex_unlock, pthread_mutex_t* locked) {
  if (held_count > 0) forget_one(locked);  // outside of a task, too: one that left it locked
  return __real_pthread_mutex_unlock(locked);
}
