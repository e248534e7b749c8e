// The eventfd behind wake_channel.
#include "real/wake.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace twinloop::real {

wake_channel::wake_channel() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::system_category(), "twinloop: eventfd for the real kernel");
}

wake_channel::~wake_channel() { close(descriptor_); }

void wake_channel::raise(std::uint32_t reason) noexcept {
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free);  // signal handlers come here
  if (word_.fetch_or(reason, std::memory_order_acq_rel) != sleeping) return;
  // The counter grows by one per sleep and is never read: it would take centuries to fill.
  const int saved = errno;  // an interrupted program must not see it change
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof one);
  errno = saved;
}

}  // namespace twinloop::real
