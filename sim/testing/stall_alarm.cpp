#include "sim/testing/stall_alarm.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <string>

#include "twinloop/assert.hpp"

namespace twinloop::testing {
namespace {

constexpr int looks_per_limit = 8;

// A signal handler reaches only globals; what it needs is prepared before.
struct alarm_state {
  const volatile sim::recording::header* head = nullptr;
  std::string words;
  timer_t timer{};
  struct sigaction previous {};
  std::uint64_t run = 0;
  std::uint64_t committed = 0;
  std::int64_t now = 0;
  int looks = 0;  // since something changed
};
alarm_state* current = nullptr;

void look(int) {
  if (current == nullptr) return;
  alarm_state& mine = *current;
  const bool further = mine.head->running == 0 || mine.run != mine.head->run ||
                       mine.committed != mine.head->committed || mine.now != mine.head->now;
  mine.run = mine.head->run;
  mine.committed = mine.head->committed;
  mine.now = mine.head->now;
  mine.looks = further ? 0 : mine.looks + 1;
  if (mine.looks < looks_per_limit) return;
  const ssize_t ignored = ::write(STDERR_FILENO, mine.words.data(), mine.words.size());
  (void)ignored;
  ::raise(SIGABRT);
}

bool start_timer(alarm_state& with, std::chrono::nanoseconds every) {
  sigevent told{};
  told.sigev_notify = SIGEV_SIGNAL;
  told.sigev_signo = SIGVTALRM;
  if (::timer_create(CLOCK_PROCESS_CPUTIME_ID, &told, &with.timer) != 0) return false;
  itimerspec times{};
  times.it_interval = {every.count() / 1'000'000'000, every.count() % 1'000'000'000};
  times.it_value = times.it_interval;
  return ::timer_settime(with.timer, 0, &times, nullptr) == 0;
}

}  // namespace

stall_alarm::stall_alarm(const sim::recording& record, std::chrono::milliseconds limit) {
  TWINLOOP_ASSERT(current == nullptr);
  TWINLOOP_ASSERT(limit > std::chrono::milliseconds::zero());
  struct sigaction present {};
  if (::sigaction(SIGVTALRM, nullptr, &present) != 0 || present.sa_handler != SIG_DFL) return;
  current = new alarm_state;
  current->head = &record.head();
  current->words = fmt::format(
      "\nno step was made in {} s of CPU time, which is an endless loop. The program is aborted where it is; "
      "TWINLOOP_STALL=<seconds> allows more\n",
      std::chrono::duration<double>(limit).count());
  current->previous = present;
  struct sigaction action {};
  action.sa_handler = look;
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  ::sigaction(SIGVTALRM, &action, nullptr);
  if (start_timer(*current, std::chrono::nanoseconds(limit) / looks_per_limit)) return;
  ::sigaction(SIGVTALRM, &current->previous, nullptr);
  delete current;
  current = nullptr;
}

stall_alarm::~stall_alarm() {
  if (current == nullptr) return;
  ::timer_delete(current->timer);
  ::signal(SIGVTALRM, SIG_IGN);  // what is still to be delivered
  ::sigaction(SIGVTALRM, &current->previous, nullptr);
  delete current;
  current = nullptr;
}

}  // namespace twinloop::testing
