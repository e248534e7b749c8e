// epoll behind event_queue.
#include "real/event_queue.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

#include "real/errors.hpp"

namespace twinloop::real {

event_queue::event_queue(bool nanoseconds) : descriptor_(epoll_create1(EPOLL_CLOEXEC)), nanoseconds_(nanoseconds) {
  if (descriptor_ < 0) throw std::system_error(errno, std::system_category(), "twinloop: epoll for the real kernel");
}

event_queue::~event_queue() { close(descriptor_); }

result<void> event_queue::control(int operation, int descriptor, std::uint64_t tag, std::uint32_t events) {
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.u64 = tag;
  if (epoll_ctl(descriptor_, operation, descriptor, &wanted) == 0) return {};
  // ENOSPC: the user's limit of watches, /proc/sys/fs/epoll/max_user_watches, is used up.
  return unexpected(errno == ENOSPC ? errc::out_of_memory : error_of(errno));
}

int event_queue::wait_nanoseconds(duration timeout, std::span<epoll_event> out) {
  const timespec limit{static_cast<time_t>(timeout.count() / 1'000'000'000),
                       static_cast<long>(timeout.count() % 1'000'000'000)};
  return epoll_pwait2(descriptor_, out.data(), static_cast<int>(out.size()), &limit, nullptr);
}

std::size_t event_queue::wait(duration timeout, std::span<epoll_event> out) {
  TWINLOOP_ASSERT(!out.empty());
  int count = -1;
  if (timeout > duration::zero() && timeout != duration::max() && nanoseconds_) {
    count = wait_nanoseconds(timeout, out);
    // Linux before 5.11, or a sandbox that refuses the call: from now on in milliseconds.
    if (count < 0 && (errno == ENOSYS || errno == EPERM)) nanoseconds_ = false;
    if (nanoseconds_) return static_cast<std::size_t>(std::max(count, 0));
  }
  int milliseconds = -1;
  if (timeout <= duration::zero()) {
    milliseconds = 0;
  } else if (timeout != duration::max()) {
    const std::int64_t rounded_up = timeout.count() / 1'000'000 + (timeout.count() % 1'000'000 != 0);
    milliseconds = static_cast<int>(std::min<std::int64_t>(rounded_up, INT_MAX));
  }
  count = epoll_wait(descriptor_, out.data(), static_cast<int>(out.size()), milliseconds);
  TWINLOOP_ASSERT(count >= 0 || errno == EINTR);
  return static_cast<std::size_t>(std::max(count, 0));
}

}  // namespace twinloop::real
