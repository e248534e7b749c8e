#include "sim/testing/stall_alarm.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "twinloop/assert.hpp"

#if defined(SIGEV_THREAD_ID) && !defined(sigev_notify_thread_id)
#define sigev_notify_thread_id _sigev_un._tid  // the name in timer_create(2), which this C library lacks
#endif

namespace twinloop::testing {
namespace {

constexpr int looks_per_limit = 8;

struct progress {
  std::uint64_t begun = 0;  // scopes
  std::uint64_t committed = 0;
  std::int64_t now = 0;
  bool operator==(const progress&) const = default;
};

// A signal handler reaches only globals; what it needs is prepared before. It runs on the alarm's own thread alone.
struct alarm_state {
  std::string words;
  timer_t timer{};
  struct sigaction previous {};
  volatile bool watching = false;
  const volatile sim::recording::header* volatile head = nullptr;
  volatile std::uint64_t begun = 0;
  progress seen;
  int looks = 0;  // since something changed
};
alarm_state* current = nullptr;

void look(int) {
  if (current == nullptr) return;
  alarm_state& mine = *current;
  progress now{mine.begun, 0, 0};
  if (const volatile sim::recording::header* head = mine.head) {
    now.committed = head->committed;
    now.now = head->now;
  }
  const bool further = !mine.watching || !(now == mine.seen);
  mine.seen = now;
  mine.looks = further ? 0 : mine.looks + 1;
  if (mine.looks < looks_per_limit) return;
  const ssize_t ignored = ::write(STDERR_FILENO, mine.words.data(), mine.words.size());
  (void)ignored;
  std::abort();
}

/// A timer of the calling thread's CPU time that signals this thread.
bool make_timer([[maybe_unused]] timer_t& made) {
#ifdef SIGEV_THREAD_ID
  sigevent told{};
  told.sigev_notify = SIGEV_THREAD_ID;
  told.sigev_signo = SIGPROF;
  told.sigev_notify_thread_id = ::gettid();
  return ::timer_create(CLOCK_THREAD_CPUTIME_ID, &told, &made) == 0;
#else
  return false;
#endif
}

bool start_timer(timer_t timer, std::chrono::nanoseconds every) {
  itimerspec times{};
  times.it_interval = {every.count() / 1'000'000'000, every.count() % 1'000'000'000};
  times.it_value = times.it_interval;
  return ::timer_settime(timer, 0, &times, nullptr) == 0;
}

}  // namespace

stall_alarm::stall_alarm(std::chrono::milliseconds limit) {
  TWINLOOP_ASSERT(current == nullptr);
  TWINLOOP_ASSERT(limit > std::chrono::milliseconds::zero());
  struct sigaction present {};
  if (::sigaction(SIGPROF, nullptr, &present) != 0 || present.sa_handler != SIG_DFL) return;
  timer_t timer{};
  if (!make_timer(timer)) return;
  current = new alarm_state;
  current->words = fmt::format(
      "\nno step was made in {} s of CPU time, which is an endless loop. The program is aborted where it is; "
      "TWINLOOP_STALL=<seconds> allows more\n",
      std::chrono::duration<double>(limit).count());
  current->timer = timer;
  current->previous = present;
  struct sigaction action {};
  action.sa_handler = look;
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  ::sigaction(SIGPROF, &action, nullptr);
  (void)start_timer(timer,
                    std::chrono::nanoseconds(limit) / looks_per_limit);  // one that never goes off watches nothing
}

stall_alarm::~stall_alarm() {
  if (current == nullptr) return;
  ::timer_delete(current->timer);
  ::signal(SIGPROF, SIG_IGN);  // what is still to be delivered
  ::sigaction(SIGPROF, &current->previous, nullptr);
  delete current;
  current = nullptr;
}

stall_alarm::scope::scope(const sim::recording* record) {
  if (current == nullptr) return;
  current->head = record != nullptr ? &record->head() : nullptr;
  current->begun = current->begun + 1;
  current->watching = true;
}

stall_alarm::scope::~scope() {
  if (current == nullptr) return;
  current->watching = false;
  current->head = nullptr;
}

}  // namespace twinloop::testing
