// The progress line of a long command, and Ctrl-C.
#include "sim/testing/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace twinloop::testing {
namespace {

using wall = std::chrono::steady_clock;

// A signal handler can reach nothing but a global.
volatile std::sig_atomic_t interrupt_seen = 0;

void note_interrupt(int number) {
  interrupt_seen = 1;
  std::signal(number, SIG_DFL);
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
