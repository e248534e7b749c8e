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

#include "sim/testing/race_report.hpp"
#include "twinloop/assert.hpp"

namespace twinloop::testing {
namespace {

using std::chrono::milliseconds;
using wall = std::chrono::steady_clock;

constexpr milliseconds tick{20};
constexpr milliseconds patience{500};  // for the run under way when the worker is asked to stop
constexpr long output_kept = 16 << 10;

[[noreturn]] void throw_errno(const char* doing) { throw std::system_error(errno, std::generic_category(), doing); }

/// Where a worker's output goes: a file without a name, or nowhere if there is no room for one.
class captured_output {
 public:
  explicit captured_output(bool wanted) : file_(wanted ? std::tmpfile() : nullptr), wanted_(wanted) {}
  ~captured_output() {
    if (file_ != nullptr) std::fclose(file_);
  }
  captured_output(const captured_output&) = delete;
  captured_output& operator=(const captured_output&) = delete;

  void redirect_this_process() const {
    if (!wanted_) return;
    const int target = file_ != nullptr ? ::fileno(file_) : ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (target < 0) return;
    ::fcntl(target, F_SETFL, ::fcntl(target, F_GETFL) | O_APPEND);
    ::dup2(target, STDOUT_FILENO);
    ::dup2(target, STDERR_FILENO);
  }
  std::string tail() const {
    if (file_ == nullptr) return {};
    const off_t size = ::lseek(::fileno(file_), 0, SEEK_END);
    const off_t from = size > output_kept ? size - output_kept : 0;
    std::string text(static_cast<std::size_t>(size - from), '\0');
    const ssize_t got = ::pread(::fileno(file_), text.data(), text.size(), from);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }

 private:
  std::FILE* file_;
  bool wanted_;
};

/// What the child does first: it must not outlive its parent, answer the terminal's Ctrl-C, or write core files by the
/// hundred.
void settle_child(const captured_output& output) {
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_DFL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  output.redirect_this_process();
}

[[noreturn]] void live_as_child(shared_memory& memory, const std::function<void()>& work,
                                const captured_output& output) {
  settle_child(output);
  try {
    work();
  } catch (...) {
    std::terminate();  // from here, before the parent's frames and their destructors
  }
  memory.counters().finished.store(1);
  std::fflush(nullptr);
  leave_worker();
}

/// Everything that changes while a worker makes progress.
struct progress_mark {
  std::uint64_t begun = 0;
  std::uint64_t committed = 0;
  std::int64_t now = 0;
  bool operator==(const progress_mark&) const = default;
};

progress_mark look(shared_memory& memory) {
  const volatile sim::recording::header& head = memory.record().head();  // another process writes it
  return {memory.counters().begun.load(), head.committed, head.now};
}

class watcher {
 public:
  watcher(shared_memory& memory, const watch_options& options, pid_t child, int pipe_end)
      : memory_(memory), options_(options), child_(child), pipe_end_(pipe_end) {}

  worker_end watch() {
    progress_mark last = look(memory_);
    wall::time_point moved = wall::now();
    while (!child_gone()) {
      const wall::time_point now = wall::now();
      const progress_mark mark = look(memory_);
      if (!(mark == last)) {
        last = mark;
        moved = now;
      }
      if (now - moved >= options_.stall) return end_by_force(worker_end::how::stalled);
      if (!options_.go_on || options_.go_on()) continue;
      memory_.counters().stop.store(1);
      if (!stop_asked_) stop_asked_ = now;
      if (now - *stop_asked_ >= patience) return end_by_force(worker_end::how::stopped);
    }
    const int status = reap();
    const bool finished = memory_.counters().finished.load() == 1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return {finished ? worker_end::how::finished : worker_end::how::died, status, {}};
  }

 private:
  /// Waits a moment for the child's end of the pipe to close, which its death does; so may a program that closes
  /// what it does not know.
  bool child_gone() const {
    pollfd end{pipe_end_, POLLIN, 0};
    if (::poll(&end, 1, static_cast<int>(tick.count())) <= 0) return false;
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) return true;
    if (info.si_pid == child_) return true;
    std::this_thread::sleep_for(std::chrono::microseconds(100));  // between its last close and its end
    return false;
  }
  int reap() const {
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0) {
      if (errno != EINTR) throw_errno("cannot wait for a worker process");
    }
    return status;
  }
  worker_end end_by_force(worker_end::how why) const {
    ::kill(child_, SIGKILL);
    return {why, reap(), {}};
  }

  shared_memory& memory_;
  const watch_options& options_;
  pid_t child_;
  int pipe_end_;
  std::optional<wall::time_point> stop_asked_;
};

}  // namespace

worker_end run_worker(shared_memory& memory, const watch_options& options, const std::function<void()>& work) {
  TWINLOOP_ASSERT(options.stall > milliseconds::zero());
  memory.clear();
  const captured_output output(options.output == output_of_program::captured);
  int ends[2];
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
    live_as_child(memory, work, output);
  }
  ::close(ends[1]);
  worker_end end = watcher(memory, options, child, ends[0]).watch();
  ::close(ends[0]);
  end.output = output.tail();
  return end;
}

}  // namespace twinloop::testing
