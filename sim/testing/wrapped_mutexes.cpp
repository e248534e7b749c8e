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

// Asked at any time of a thread's life, also before and after that of its list.
thread_local std::size_t held_count = 0;
thread_local bool closed = false;  // the list is gone, or a wrapper works on it: what that allocates may lock, too

struct held_list {
  ~held_list() {
    held_count = 0;
    closed = true;
  }
  std::vector<held_mutex> entries;
};

/// Those that simulated tasks of this thread hold: few.
std::vector<held_mutex>& held_mutexes() {
  static thread_local held_list held;
  return held.entries;
}

/// A wrapper works. What it does is neither the program's nor seen by wrappers.
class working {
 public:
  working() { closed = true; }
  ~working() { closed = false; }
  working(const working&) = delete;
  working& operator=(const working&) = delete;

 private:
  const twinloop::race_checks::gate gate_;
};

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

void forget(held_mutex& entry) {
  entry = held_mutexes().back();
  held_mutexes().pop_back();
  --held_count;
}

enum class plan : std::uint8_t { refuse, try_first, lock };

/// How the running task comes to `wanted`: not at all while a suspended one has it (a recursive mutex would take both
/// for its one holder), and without waiting for what a task has. What none is known to have is noted as the running
/// one's before it is locked.
plan plan_lock(const pthread_mutex_t* wanted) {
  const working scope;
  const held_mutex* const known = find_held(wanted);
  if (known != nullptr) return is_suspended(known->task) ? plan::refuse : plan::try_first;
  held_mutexes().push_back({wanted, running_task(), call_stack::here()});
  ++held_count;
  return plan::lock;
}

int fail_for(const pthread_mutex_t* wanted) {
  const working scope;
  return fail(*find_held(wanted));
}

/// It was tried because a task was known to have it: the running one, or one that has ended.
int take_known(const pthread_mutex_t* wanted, int answer) {
  if (answer == EBUSY) return fail_for(wanted);
  const working scope;
  held_mutex& known = *find_held(wanted);
  if (answer == 0 && known.task == running_task()) {
    ++known.times;
  } else if (answer == 0) {
    known = {wanted, running_task(), call_stack::here()};
  }
  return answer;
}

/// It was noted before: not if that came to nothing.
int confirm(const pthread_mutex_t* wanted, int answer) {
  if (answer == 0) return 0;
  const working scope;
  if (held_mutex* const noted = find_held(wanted)) forget(*noted);
  return answer;
}

/// False: it is a suspended task's, and the caller's only if it did not look at what lock() answered.
bool may_unlock(const pthread_mutex_t* unlocked) {
  const working scope;
  held_mutex* const held = find_held(unlocked);
  if (held == nullptr) return true;
  if (running_task() != 0 && is_suspended(held->task)) return false;
  if (--held->times == 0) forget(*held);
  return true;
}

}  // namespace

// The real calls stand outside of the gates: they order what a job does. What wrappers read by themselves is not
// instrumented.
TWINLOOP_WRAPPED(int, pthread_mutex_lock, pthread_mutex_t* wanted) {
  if (closed || running_task() == 0) return __real_pthread_mutex_lock(wanted);
  switch (plan_lock(wanted)) {
    case plan::refuse:
      return fail_for(wanted);
    case plan::try_first:
      return take_known(wanted, __real_pthread_mutex_trylock(wanted));
    case plan::lock:
      break;
  }
  return confirm(wanted, __real_pthread_mutex_lock(wanted));
}

TWINLOOP_WRAPPED(int, pthread_mutex_trylock, pthread_mutex_t* wanted) {
  if (closed || running_task() == 0) return __real_pthread_mutex_trylock(wanted);
  switch (plan_lock(wanted)) {
    case plan::refuse:
      return EBUSY;
    case plan::try_first: {
      const int answer = __real_pthread_mutex_trylock(wanted);
      return answer == EBUSY ? EBUSY : take_known(wanted, answer);
    }
    case plan::lock:
      break;
  }
  return confirm(wanted, __real_pthread_mutex_trylock(wanted));
}

TWINLOOP_WRAPPED(int, pthread_mutex_unlock, pthread_mutex_t* locked) {
  // Outside of a task, too: one may have left it locked.
  if (held_count > 0 && !closed && !may_unlock(locked)) return EPERM;
  return __real_pthread_mutex_unlock(locked);
}
