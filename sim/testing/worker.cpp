// A worker process: a fork of this one that does something while this one watches it.
#include "sim/testing/worker.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <system_error>
#include <thread>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "sim/testing/captured_output.hpp"
#include "sim/testing/race_report.hpp"
#include "sim/testing/watchdog.hpp"
#include "twinloop/assert.hpp"

namespace twinloop::testing {
namespace {

using std::chrono::milliseconds;
using wall = std::chrono::steady_clock;

constexpr milliseconds tick{20};
constexpr milliseconds patience{500};  // for the run under way when the worker is asked to stop

[[noreturn]] void throw_errno(const char* doing) { throw std::system_error(errno, std::generic_category(), doing); }

/// What the child does first: it must not outlive its parent, answer what the whole group or job is told (Ctrl-C, the
/// end of a time limit: the parent ends it), or write core files by the hundred.
void settle_child(shared_memory& memory, const captured_output& output) {
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  output.redirect_this_process();
  watch_stacks(memory.counters().stacks);
}

[[noreturn]] void live_as_child(shared_memory& memory, const std::function<void()>& work,
                                const captured_output& output) {
  settle_child(memory, output);
  try {
    work();
  } catch (...) {
    std::terminate();  // from here, before the parent's frames and their destructors
  }
  memory.counters().finished.store(1);
  std::fflush(nullptr);
  leave_worker();
}

pid_t start_process(const std::function<void()>& child_work, int (&ends)[2]) {
  if (::pipe(ends) != 0) throw_errno("cannot make a pipe to a worker process");
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  std::fflush(nullptr);  // else both processes would print what is buffered
  const pid_t child = ::fork();
  if (child < 0) {
    const int error = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    errno = error;
    throw_errno("cannot start a worker process");
  }
  if (child == 0) {
    ::close(ends[0]);
    child_work();
  }
  ::close(ends[1]);
  return child;
}

}  // namespace

struct worker::state {
  state(shared_memory& shared, const watch_options& watching, const std::function<void()>& work)
      : memory(shared),
        options(watching),
        child(start_process([&] { live_as_child(memory, work, output); }, ends)),
        dog(child, options.stall) {}

  ~state() {
    if (!reaped) {
      ::kill(child, SIGKILL);
      reap();
    }
    ::close(ends[0]);
  }

  /// Its end of the pipe closes when it dies; so may a program that closes what it does not know.
  bool child_gone() const {
    pollfd end{ends[0], POLLIN, 0};
    if (::poll(&end, 1, 0) <= 0) return false;
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0) return true;
    if (info.si_pid == child) return true;
    std::this_thread::sleep_for(std::chrono::microseconds(100));  // between its last close and its end
    return false;
  }
  int reap() {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
      if (errno != EINTR) throw_errno("cannot wait for a worker process");
    }
    reaped = true;
    return status;
  }
  worker_end end_with(worker_end::how why, int status) {
    if (options.output == output_of_program::shown) output.show_news();
    return {why, status, output.text()};
  }
  worker_end end_by_force(worker_end::how why) {
    if (why == worker_end::how::looping) sample_stacks();
    ::kill(child, SIGKILL);
    return end_with(why, reap());
  }
  /// Several looks at where it is: what they have in common is the loop that it cannot leave.
  void sample_stacks() {
    stack_samples& samples = memory.counters().stacks;
    for (std::uint32_t index = 0; index < stack_samples::samples_max; ++index) {
      if (::kill(child, sample_signal()) != 0) return;
      for (int patience_left = 50; patience_left > 0 && samples.taken.load() <= index; --patience_left) {
        std::this_thread::sleep_for(milliseconds(1));
      }
      if (samples.taken.load() <= index) return;  // somebody else handles the signal, or the system is busy
    }
  }

  shared_memory& memory;
  const watch_options options;
  captured_output output;
  int ends[2] = {-1, -1};
  pid_t child;
  watchdog dog;
  bool reaped = false;
  std::optional<wall::time_point> stop_asked;
};

worker::worker(shared_memory& memory, const watch_options& options, const std::function<void()>& work) {
  TWINLOOP_ASSERT(options.stall > milliseconds::zero());
  memory.clear();
  state_ = std::make_unique<state>(memory, options, work);
}

worker::~worker() = default;

int worker::descriptor() const { return state_->ends[0]; }

void worker::ask_to_stop() {
  state_->memory.counters().stop.store(1);
  if (!state_->stop_asked) state_->stop_asked = wall::now();
}

std::optional<worker_end> worker::look() {
  state& s = *state_;
  TWINLOOP_ASSERT(!s.reaped);
  if (s.options.output == output_of_program::shown) s.output.show_news();
  if (s.child_gone()) {
    const int status = s.reap();
    const bool finished = s.memory.counters().finished.load() == 1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return s.end_with(finished ? worker_end::how::finished : worker_end::how::died, status);
  }
  switch (s.dog.look(look_at_progress(s.memory))) {
    case watchdog::verdict::fine:
      break;
    case watchdog::verdict::looping:
      return s.end_by_force(worker_end::how::looping);
    case watchdog::verdict::blocked:
      return s.end_by_force(worker_end::how::blocked);
  }
  if (s.stop_asked && wall::now() - *s.stop_asked >= patience) return s.end_by_force(worker_end::how::stopped);
  return std::nullopt;
}

void wait_for_workers(const std::vector<int>& descriptors) {
  std::vector<pollfd> ends;
  for (const int each : descriptors) ends.push_back({each, POLLIN, 0});
  ::poll(ends.data(), static_cast<nfds_t>(ends.size()), static_cast<int>(tick.count()));
}

worker_end run_worker(shared_memory& memory, const watch_options& options, const std::function<void()>& work) {
  worker one(memory, options, work);
  while (true) {
    wait_for_workers({one.descriptor()});
    if (std::optional<worker_end> end = one.look()) return *std::move(end);
    if (options.go_on && !options.go_on()) one.ask_to_stop();
  }
}

}  // namespace twinloop::testing
