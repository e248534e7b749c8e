// Where a worker was when it died: the part that runs in the worker, inside signal handlers.
#include "sim/testing/stack_note.hpp"

#include <csignal>
#include <cstddef>
#if __has_include(<execinfo.h>)
#include <execinfo.h>
#define TWINLOOP_HAS_BACKTRACE 1
#endif

namespace twinloop::testing {
namespace {

constexpr std::array<int, 6> fatal_signals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};

// A signal handler reaches only globals.
stack_samples* target = nullptr;
alignas(16) std::byte handler_stack[1 << 17];  // the program's own may be what was used up

void take_sample() {
#ifdef TWINLOOP_HAS_BACKTRACE
  if (target == nullptr) return;
  const std::uint32_t index = target->taken.load();
  if (index >= stack_samples::samples_max) return;
  std::array<void*, stack_samples::frames_max> frames;
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  stack_samples::sample& into = target->each[index];
  for (int i = 0; i < count; ++i) into.frames[static_cast<std::size_t>(i)] = reinterpret_cast<std::uint64_t>(frames[i]);
  into.count.store(static_cast<std::uint32_t>(count < 0 ? 0 : count));
  target->taken.store(index + 1);
#endif
}

void note_death(int number) {
  std::signal(number, SIG_DFL);
  target->taken.store(0);
  take_sample();
  if (number == SIGABRT || number == SIGTRAP) ::raise(number);  // the others strike again when the handler returns
}

void note_sample(int) { take_sample(); }

void handle(int number, void (*handler)(int)) {
  struct sigaction present {};
  if (::sigaction(number, nullptr, &present) != 0 || present.sa_handler != SIG_DFL) return;
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  ::sigaction(number, &action, nullptr);
}

}  // namespace

int sample_signal() noexcept { return SIGXCPU; }

void watch_stacks(stack_samples& into) {
#ifdef TWINLOOP_HAS_BACKTRACE
  target = &into;
  void* frame = nullptr;
  ::backtrace(&frame, 1);  // the first call loads a library, which a signal handler must not
  stack_t present{};
  if (::sigaltstack(nullptr, &present) == 0 && (present.ss_flags & SS_DISABLE) != 0) {
    stack_t own{};
    own.ss_sp = handler_stack;
    own.ss_size = sizeof handler_stack;
    ::sigaltstack(&own, nullptr);
  }
  for (const int number : fatal_signals) handle(number, note_death);
#else
  target = &into;
#endif
  handle(sample_signal(), note_sample);
}

naming_note::naming_note() {
  if (target != nullptr) target->naming.store(1);
}
naming_note::~naming_note() {
  if (target != nullptr) target->naming.store(0);
}

}  // namespace twinloop::testing
