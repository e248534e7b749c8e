// The last words of a test that crashes.
#include "sim/testing/crash_note.hpp"

#include <unistd.h>

#include <array>
#include <csignal>

#include "twinloop/assert.hpp"

namespace twinloop::testing {
namespace {

constexpr std::array<int, 5> fatal_signals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// A signal handler reaches only globals; what it needs is prepared before.
struct note_state {
  std::string before;
  std::string after;
  volatile std::uint64_t run = 0;
  std::array<struct sigaction, fatal_signals.size()> previous{};
};
note_state* current = nullptr;

void print(const char* text, std::size_t size) {
  const ssize_t ignored = ::write(STDERR_FILENO, text, size);
  (void)ignored;
}

void print_note(int number) {
  if (current == nullptr) return;
  std::uint64_t run = current->run;
  char digits[20];
  std::size_t first = sizeof digits;
  do {
    digits[--first] = static_cast<char>('0' + run % 10);
    run /= 10;
  } while (run > 0);
  print(current->before.data(), current->before.size());
  print(digits + first, sizeof digits - first);
  print(current->after.data(), current->after.size());
  for (std::size_t index = 0; index < fatal_signals.size(); ++index) {
    ::sigaction(fatal_signals[index], &current->previous[index], nullptr);
  }
  current = nullptr;
  if (number == SIGABRT) ::raise(SIGABRT);  // the others strike again when the handler returns
}

}  // namespace

crash_note::crash_note(std::string before, std::string after) {
  TWINLOOP_ASSERT(current == nullptr);
  current = new note_state;
  current->before = std::move(before);
  current->after = std::move(after);
  struct sigaction action {};
  action.sa_handler = print_note;
  action.sa_flags = SA_ONSTACK;
  for (std::size_t index = 0; index < fatal_signals.size(); ++index) {
    ::sigaction(fatal_signals[index], &action, &current->previous[index]);
  }
}

crash_note::~crash_note() {
  if (current == nullptr) return;
  for (std::size_t index = 0; index < fatal_signals.size(); ++index) {
    ::sigaction(fatal_signals[index], &current->previous[index], nullptr);
  }
  delete current;
  current = nullptr;
}

void crash_note::set_run(std::uint64_t run) {
  if (current != nullptr) current->run = run;
}

}  // namespace twinloop::testing
