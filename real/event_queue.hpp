// The epoll instance: registration and the one place where the loop's thread sleeps.
#ifndef TWINLOOP_REAL_EVENT_QUEUE_HPP
#define TWINLOOP_REAL_EVENT_QUEUE_HPP

#include <sys/epoll.h>

#include <cstdint>
#include <span>

#include "twinloop/result.hpp"
#include "twinloop/time.hpp"

namespace twinloop::real {

class event_queue {
 public:
  /// `nanoseconds`: use epoll_pwait2 where the system has it; without it timeouts are whole milliseconds, rounded up.
  /// Throws std::system_error when there is no descriptor left.
  explicit event_queue(bool nanoseconds = true);
  ~event_queue();
  event_queue(const event_queue&) = delete;
  event_queue& operator=(const event_queue&) = delete;

  /// Watches `descriptor` for `events` (with EPOLLET: edge-triggered); they carry `tag`. Forgotten when it is closed.
  result<void> add(int descriptor, std::uint64_t tag, std::uint32_t events) {
    return control(EPOLL_CTL_ADD, descriptor, tag, events);
  }
  /// Watches a descriptor that was added for other events from now on.
  result<void> change(int descriptor, std::uint64_t tag, std::uint32_t events) {
    return control(EPOLL_CTL_MOD, descriptor, tag, events);
  }
  /// Sleeps for at most `timeout` (duration::max() = for ever, <= 0 = not at all) and gives the number of events that
  /// were written to `out`; 0 also when a signal interrupted it.
  std::size_t wait(duration timeout, std::span<epoll_event> out);

 private:
  result<void> control(int operation, int descriptor, std::uint64_t tag, std::uint32_t events);
  int wait_nanoseconds(duration timeout, std::span<epoll_event> out);
  int descriptor_;
  bool nanoseconds_;
};

}  // namespace twinloop::real

#endif
