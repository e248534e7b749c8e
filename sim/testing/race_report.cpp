// What ThreadSanitizer reports while runs go on in this process, as failures of those runs.
#include "sim/testing/race_report.hpp"

#include <unistd.h>

#include "loop/race_checks.hpp"

#ifndef TWINLOOP_TSAN

namespace twinloop::testing {
std::optional<sim::failure> take_race() { return std::nullopt; }
bool reported_once(const sim::failure&) { return false; }
void leave_worker() { ::_exit(0); }
}  // namespace twinloop::testing

#else
#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

// The runtime's interface for debuggers; in the header of clang only.
extern "C" {
int __tsan_get_report_data(void* report, const char** description, int* count, int* stack_count, int* mop_count,
                           int* location_count, int* mutex_count, int* thread_count, int* unique_thread_count,
                           void** sleep_trace, unsigned long trace_size);
int __tsan_get_report_mop(void* report, unsigned long index, int* thread, void** address, int* size, int* write,
                          int* atomic, void** trace, unsigned long trace_size);
int __tsan_get_report_loc(void* report, unsigned long index, const char** type, void** address, void** start,
                          unsigned long* size, int* thread, int* descriptor, int* suppressable, void** trace,
                          unsigned long trace_size);
int __tsan_get_report_thread(void* report, unsigned long index, int* thread, std::uint64_t* os_id, int* running,
                             const char** name, int* parent, void** trace, unsigned long trace_size);
void __sanitizer_symbolize_pc(void* pc, const char* format, char* out, unsigned long out_size);
}

#ifdef __clang__
#define TWINLOOP_UNSEEN __attribute__((disable_sanitizer_instrumentation))
#else
#define TWINLOOP_UNSEEN __attribute__((no_sanitize("thread")))
#endif

namespace twinloop::testing {
namespace {

constexpr std::size_t frames_max = 32;

struct side {
  void* frames[frames_max] = {};
  char thread[64] = "";
  int write = 0;
};

/// As the callback below finds it; made readable later, when the runtime holds no locks. Plain arrays: what the
/// callback calls must not be instrumented either.
struct raw_report {
  char kind[64] = "";
  side sides[2] = {};
  int side_count = 0;
  int untaken = 0;  // reports since the last take_race
};
raw_report pending;  // of the process, as the runtime's callback is

TWINLOOP_UNSEEN void copy_text(char* to, std::size_t size, const char* from) {
  std::size_t at = 0;
  for (; from != nullptr && from[at] != '\0' && at + 1 < size; ++at) to[at] = from[at];
  to[at] = '\0';
}

/// Whether two texts are equal, without the runtime's own strcmp.
TWINLOOP_UNSEEN bool equal(const char* a, const char* b) {
  while (a != nullptr && *a != '\0' && *a == *b) {
    ++a;
    ++b;
  }
  return a != nullptr && *a == *b;
}

TWINLOOP_UNSEEN void copy_thread_name(void* report, int thread_count, int wanted, side& to) {
  for (int index = 0; index < thread_count; ++index) {
    int thread = 0;
    int running = 0;
    int parent = 0;
    std::uint64_t os_id = 0;
    const char* name = nullptr;
    void* trace[1] = {};
    __tsan_get_report_thread(report, static_cast<unsigned long>(index), &thread, &os_id, &running, &name, &parent,
                             trace, 1);
    if (thread == wanted) copy_text(to.thread, sizeof to.thread, name);
  }
}

/// Runs inside the runtime with its locks held: nothing here may be instrumented, allocate or wait.
TWINLOOP_UNSEEN void keep(void* report) {
  const char* kind = nullptr;
  int count = 0;
  int stacks = 0;
  int accesses = 0;
  int locations = 0;
  int mutexes = 0;
  int threads = 0;
  int unique_threads = 0;
  void* sleep[1] = {};
  __tsan_get_report_data(report, &kind, &count, &stacks, &accesses, &locations, &mutexes, &threads, &unique_threads,
                         sleep, 1);
  if (locations > 0) {
    const char* type = nullptr;
    void* address = nullptr;
    void* start = nullptr;
    unsigned long size = 0;
    int thread = 0;
    int descriptor = 0;
    int suppressable = 0;
    void* trace[1] = {};
    __tsan_get_report_loc(report, 0, &type, &address, &start, &size, &thread, &descriptor, &suppressable, trace, 1);
    if (equal(type, "tls")) return;
  }
  if (pending.untaken++ > 0) return;
  copy_text(pending.kind, sizeof pending.kind, kind);
  pending.side_count = accesses < 2 ? accesses : 2;
  for (int index = 0; index < pending.side_count; ++index) {
    side& kept = pending.sides[index];
    for (std::size_t at = 0; at < frames_max; ++at) kept.frames[at] = nullptr;
    kept.thread[0] = '\0';
    int thread = 0;
    void* address = nullptr;
    int size = 0;
    int atomic = 0;
    __tsan_get_report_mop(report, static_cast<unsigned long>(index), &thread, &address, &size, &kept.write, &atomic,
                          kept.frames, frames_max);
    copy_thread_name(report, threads, thread, kept);
  }
}

struct frame {
  std::string function;
  std::string file;
  std::string line;
};

bool begins_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view each) { return text.substr(0, each.size()) == each; });
}

/// Code that programs use, and that nobody who looks for a race wants to hear of.
bool belongs_to_a_library(const frame& where) {
  if (begins_with_any(where.function, {"twinloop::", "std::", "__gnu_cxx::", "operator new", "operator delete", "__",
                                       "mem", "str", "free", "malloc", "calloc", "realloc"})) {
    return true;
  }
  if (where.file.find("/include/c++/") != std::string::npos) return true;
  const std::string file = std::filesystem::path(where.file).lexically_normal().string();
  const std::string root = TWINLOOP_SOURCE_ROOT "/";
  return begins_with_any(file, {root + "include/", root + "loop/", root + "sim/", root + "real/"});
}

/// The frames of one address, innermost first: more than one where calls were inlined.
std::vector<frame> symbolize(void* address) {
  std::array<char, 8192> text{};
  __sanitizer_symbolize_pc(address, "%f\n%s\n%l", text.data(), text.size() - 1);
  std::vector<frame> found;
  for (const char* at = text.data(); at < text.data() + text.size() && *at != '\0'; at += std::strlen(at) + 1) {
    const std::string_view all(at);
    const std::size_t first = all.find('\n');
    const std::size_t second = all.find('\n', first + 1);
    if (second == std::string_view::npos) break;
    found.push_back({std::string(all.substr(0, first)), std::string(all.substr(first + 1, second - first - 1)),
                     std::string(all.substr(second + 1))});
  }
  return found;
}

/// The innermost frame of the program's own, else the innermost of all.
frame find_own(const side& of) {
  std::optional<frame> innermost;
  for (std::size_t at = 0; at < frames_max && of.frames[at] != nullptr; ++at) {
    for (frame& each : symbolize(of.frames[at])) {
      if (!innermost) innermost = each;
      if (!each.file.empty() && !belongs_to_a_library(each)) return each;
    }
  }
  return innermost.value_or(frame{"a place that ThreadSanitizer no longer knows", "", ""});
}

std::string file_name(const frame& of) { return std::filesystem::path(of.file).filename().string(); }

/// "increment (counter.cpp)": without arguments, which compilers spell in different ways.
std::string signature(const frame& of) {
  std::string function = of.function;
  const std::size_t from = function.find("operator()") == std::string::npos ? 0 : function.find("operator()") + 10;
  for (std::size_t open = function.find('(', from); open != std::string::npos; open = function.find('(', open + 1)) {
    if (function.compare(open, 11, "(anonymous ") == 0) continue;
    function.resize(open);
    break;
  }
  return of.file.empty() ? function : fmt::format("{} ({})", function, file_name(of));
}

std::string place(const frame& of) { return of.file.empty() ? "" : fmt::format("{}:{}", file_name(of), of.line); }

std::string describe(const side& of, const frame& where) {
  return fmt::format("{} {} in {}{}{}", of.thread[0] != '\0' ? of.thread : "the test", of.write ? "writes" : "reads",
                     signature(where), where.line.empty() ? "" : " line ", where.line);
}

}  // namespace

std::optional<sim::failure> take_race() {
  if (pending.untaken == 0) return std::nullopt;
  const raw_report taken = pending;
  pending.untaken = 0;
  sim::failure made;
  made.name = taken.kind;
  std::replace(made.name.begin(), made.name.end(), '-', '_');
  if (taken.side_count < 2) {
    made.message = "ThreadSanitizer reported it; its words are in the program's output";
    return made;
  }
  const frame later = find_own(taken.sides[0]);
  const frame earlier = find_own(taken.sides[1]);
  std::array<std::string, 2> racing = {signature(later), signature(earlier)};
  std::sort(racing.begin(), racing.end());
  made.name += fmt::format(": {} / {}", racing[0], racing[1]);
  made.message = fmt::format("{}, {}, and nothing orders the two", describe(taken.sides[1], earlier),
                             describe(taken.sides[0], later));
  if (taken.untaken > 1) made.message += fmt::format("; {} more in the same run", taken.untaken - 1);
  made.place = place(later);
  return made;
}

bool reported_once(const sim::failure& broke) {
  return begins_with_any(broke.name, {"data_race", "heap_use_after_free"});
}

void leave_worker() {
  if (pending.untaken == 0) ::syscall(SYS_exit_group, 0);
  ::_exit(0);
}

}  // namespace twinloop::testing

/// The runtime calls it for every report, after printing it.
extern "C" TWINLOOP_UNSEEN void __tsan_on_report(void* report);
extern "C" TWINLOOP_UNSEEN void __tsan_on_report(void* report) { twinloop::testing::keep(report); }

#endif
