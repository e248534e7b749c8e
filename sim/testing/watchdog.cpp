// Tells a process that works from one that never will again.
#include "sim/testing/watchdog.hpp"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "sim/testing/file_io.hpp"
#include "twinloop/assert.hpp"

namespace twinloop::testing {

progress_mark look_at_progress(shared_memory& memory) {
  const volatile sim::recording::header& head = memory.record().head();  // another process writes it
  return {memory.counters().begun.load(), head.committed, head.now, memory.counters().stacks.naming.load() != 0};
}

watchdog::watchdog(pid_t child, std::chrono::milliseconds limit)
    : child_(child), limit_(limit), asleep_since_(wall::now()) {
  TWINLOOP_ASSERT(limit > std::chrono::milliseconds::zero());
}

watchdog::verdict watchdog::look(const progress_mark& mark) {
  const std::chrono::nanoseconds used = cpu_time();
  const wall::time_point now = wall::now();
  if (!(mark == last_)) {
    last_ = mark;
    cpu_at_progress_ = used;
    cpu_at_sleep_ = used;
    asleep_since_ = now;
    return verdict::fine;
  }
  if (used - cpu_at_progress_ >= limit_) return verdict::looping;
  if (used != cpu_at_sleep_ || !sleeping()) {
    cpu_at_sleep_ = used;
    asleep_since_ = now;
  }
  const std::chrono::milliseconds limit =
      mark.naming ? std::max<std::chrono::milliseconds>(limit_, naming_limit) : limit_;
  return now - asleep_since_ >= limit ? verdict::blocked : verdict::fine;
}

std::chrono::nanoseconds watchdog::cpu_time() const {
#ifdef __linux__
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(child_, &clock) == 0 && ::clock_gettime(clock, &used) == 0) {
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
  }
#endif
  return wall::now().time_since_epoch();
}

/// proc(5): the state is the first word after the program's name, which stands in parentheses and may hold any.
bool watchdog::sleeping() const {
  std::string ignored;
  const auto status = read_whole_file("/proc/" + std::to_string(child_) + "/stat", ignored);
  if (!status) return false;
  const std::size_t name_end = status->rfind(')');
  return name_end != std::string::npos && name_end + 2 < status->size() && (*status)[name_end + 2] == 'S';
}

}  // namespace twinloop::testing
