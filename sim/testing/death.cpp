// How the death of a worker reads as a failure of the run that was under way.
#include "sim/testing/death.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <string_view>

#include "sim/testing/failure_signature.hpp"
#include "sim/testing/sanitizer_report.hpp"
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

/// A worker that was killed because it came no step further.
death describe_stall(const worker_end& end, const code_place& where, const std::string& when,
                     std::chrono::milliseconds stall) {
  const double seconds = static_cast<double>(stall.count()) / 1000;
  std::string message =
      end.ended == worker_end::how::blocked
          ? fmt::format(
                "the program slept in a system call for {} s, {}: a blocking call or a lock that is never given "
                "back; the process was killed",
                seconds, when)
          : fmt::format(
                "no choice, no event and no virtual time in {} s of CPU time, {}: an endless loop; the process "
                "was killed",
                seconds, when);
  if (!where.function.empty()) message += "; it was in " + where.function;
  return {{"stalled", std::move(message), where.line}, where.function};
}

}  // namespace

std::chrono::milliseconds stall_of_known(const sim::failure& expected, std::chrono::milliseconds stall) {
  return expected.name == "stalled" ? std::min(stall, std::chrono::milliseconds(1'000)) : stall;
}

std::optional<death> describe_report(const std::string& output) {
  const std::optional<sanitizer_report> report = read_sanitizer_report(output);
  if (!report || report->kind == "ThreadSanitizer.data-race") return std::nullopt;  // see race_report.hpp
  std::string message = report->headline;
  if (!report->function.empty()) message += "; in " + report->function;
  return death{{"crash." + report->kind, std::move(message), report->place}, report->function};
}

death describe_death(shared_memory& memory, const worker_end& end, std::chrono::milliseconds stall) {
  const sim::recording::header& head = memory.record().head();
  const std::string when =
      fmt::format("after {} and {} of virtual time", plural(head.committed, "choice"), spell_time(head.now));
  const code_place where = common_place(memory.counters().stacks);
  const bool stalled = end.ended != worker_end::how::died;
  if (std::string met = bounded(head.failure_name); !met.empty()) {
    sim::failure broke{std::move(met), bounded(head.failure_text), bounded(head.failure_place)};
    std::string site = site_of(broke);
    broke.message += fmt::format(
        " (and then {})", stalled ? describe_stall(end, where, when, stall).broke.message : how_it_died(end.status));
    return {std::move(broke), std::move(site)};
  }
  if (stalled) return describe_stall(end, where, when, stall);
  const std::string message = fmt::format("{}; {}", how_it_died(end.status), when);
  if (std::optional<death> report = describe_report(end.output)) {
    report->broke.message += fmt::format("; {}", when);
    return *std::move(report);
  }
  if (!WIFSIGNALED(end.status)) return {{"crash.exit", message, ""}, ""};
  const std::string place = where.function.empty() ? "" : "; in " + where.function;
  return {{"crash." + signal_name(WTERMSIG(end.status)), message + place, where.line}, where.function};
}

}  // namespace twinloop::testing
