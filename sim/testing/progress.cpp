// The progress line of a long command, and Ctrl-C.
#include "sim/testing/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace twinloop::testing {
namespace {

using wall = std::chrono::steady_clock;

// A signal handler can reach nothing but a global.
volatile std::sig_atomic_t interrupt_seen = 0;
volatile std::int64_t interrupted_at = 0;

constexpr std::int64_t same_request = 500'000'000;  // ns

std::int64_t monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

/// The second one ends the process at once, unless it comes with the first: timeout(1) and others tell the process and
/// then its whole group.
void note_interrupt(int number) {
  if (interrupt_seen == 0) {
    interrupted_at = monotonic_now();
    interrupt_seen = 1;
  } else if (monotonic_now() - interrupted_at >= same_request) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
}

}  // namespace

progress_line::progress_line(bool wanted)
    : wanted_(wanted), terminal_(::isatty(STDERR_FILENO) != 0), last_(wall::now()) {}

progress_line::~progress_line() { clear(); }

void progress_line::update(const std::function<std::string()>& text) {
  if (!wanted_) return;
  const wall::duration interval = terminal_ ? wall::duration(std::chrono::milliseconds(200)) : std::chrono::seconds(5);
  const wall::time_point now = wall::now();
  if (now - last_ < interval) return;
  last_ = now;
  if (terminal_) {
    fmt::print(stderr, "\r\033[K{}", text());
    std::fflush(stderr);
    shown_ = true;
  } else {
    fmt::print(stderr, "{}\n", text());
  }
}

void progress_line::clear() {
  if (!shown_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  shown_ = false;
}

interrupt_guard::interrupt_guard() {
  interrupt_seen = 0;
  std::signal(SIGINT, note_interrupt);
  std::signal(SIGTERM, note_interrupt);
}

interrupt_guard::~interrupt_guard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool interrupt_guard::interrupted() { return interrupt_seen != 0; }

}  // namespace twinloop::testing
