// How the death of a worker reads as a failure of the run that was under way.
#include "sim/testing/death.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <string_view>

#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

std::string signal_name(int number) {
  switch (number) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGABRT:
      return "SIGABRT";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    case SIGTRAP:
      return "SIGTRAP";
    case SIGKILL:
      return "SIGKILL";
    case SIGTERM:
      return "SIGTERM";
    case SIGPIPE:
      return "SIGPIPE";
    default:
      return fmt::format("signal_{}", number);
  }
}

const char* explain_signal(int number) {
  switch (number) {
    case SIGSEGV:
    case SIGBUS:
      return "a pointer to where nothing is, or a stack that was used up";
    case SIGABRT:
      return "abort(): an uncaught exception, a failed assertion, or damaged memory";
    case SIGFPE:
      return "an arithmetic error, such as a division by zero";
    case SIGILL:
    case SIGTRAP:
      return "a trap in the program's code";
    case SIGKILL:
      return "killed from outside; the system may be out of memory";
    default:
      return "ended by a signal";
  }
}

/// "AddressSanitizer.heap-use-after-free" from the first line of a sanitizer's report.
std::optional<std::string> sanitizer_report(std::string_view output) {
  for (const std::string_view tool :
       {"AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "MemorySanitizer", "UndefinedBehaviorSanitizer"}) {
    const std::string mark = fmt::format(": {}: ", tool);
    const std::size_t at = output.find(mark);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = output.substr(at + mark.size());
    std::string what(rest.substr(0, std::min({rest.find(" on "), rest.find(" ("), rest.find_first_of(":\n")})));
    std::replace(what.begin(), what.end(), ' ', '-');
    return what.empty() ? std::string(tool) : fmt::format("{}.{}", tool, what);
  }
  if (output.find(": runtime error: ") != std::string_view::npos) return "UndefinedBehaviorSanitizer";
  return std::nullopt;
}

/// Text of a fixed array that another process wrote and may not have ended.
template <std::size_t Size>
std::string bounded(const char (&text)[Size]) {
  const std::string_view all(text, Size);
  return std::string(all.substr(0, all.find('\0')));
}

std::string how_it_died(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("the process died of {}: {}", signal_name(WTERMSIG(status)), explain_signal(WTERMSIG(status)));
  }
  return fmt::format("the process ended itself with status {} in the middle of the run: exit(), _exit() or a sanitizer",
                     WEXITSTATUS(status));
}

}  // namespace

sim::failure describe_death(const worker_end& end, const sim::recording::header& head,
                            std::chrono::milliseconds stall) {
  const std::string met = bounded(head.failure_name);
  const std::string when =
      fmt::format("after {} and {} of virtual time", plural(head.committed, "choice"), spell_time(head.now));
  if (end.ended != worker_end::how::died) {
    return {"stalled",
            fmt::format("no choice, no event and no virtual time for {} s of wall time, {}: an endless loop or a "
                        "blocking call in the program; the process was killed",
                        static_cast<double>(stall.count()) / 1000, when),
            ""};
  }
  if (!met.empty()) {
    return {met, fmt::format("{} (and then {})", bounded(head.failure_text), how_it_died(end.status)),
            bounded(head.failure_place)};
  }
  const std::string message = fmt::format("{}; {}", how_it_died(end.status), when);
  if (const auto report = sanitizer_report(end.output)) return {"crash." + *report, message, ""};
  if (WIFSIGNALED(end.status)) return {"crash." + signal_name(WTERMSIG(end.status)), message, ""};
  return {"crash.exit", message, ""};
}

}  // namespace twinloop::testing
