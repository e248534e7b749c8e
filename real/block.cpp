// Blocking calls on the calling thread: files, yield, and the slow paths of twinloop::mutex.
#include <sched.h>

#include "real/epoll_kernel.hpp"
#include "real/file_calls.hpp"
#include "twinloop/work.hpp"

namespace twinloop::real {
namespace {

constexpr std::uint32_t mutex_free = 0;
constexpr std::uint32_t mutex_contended = 2;

/// Whoever had to wait takes the mutex as contended: it cannot know whether it was the only one.
void lock_slowly(std::atomic<std::uint32_t>& state) {
  while (state.exchange(mutex_contended, std::memory_order_acquire) != mutex_free) {
    state.wait(mutex_contended, std::memory_order_relaxed);
  }
}

}  // namespace

result<std::int64_t> epoll_kernel::block(blocking_request& request, job*) {
  switch (request.kind) {
    case blocking_kind::file:
      return perform_blocking(request.file, table_);
    case blocking_kind::yield:
      sched_yield();
      return 0;
    case blocking_kind::lock:
      TWINLOOP_ASSERT(request.lock != nullptr);
      lock_slowly(request.lock->state());
      return 0;
    case blocking_kind::unlock:  // the state is free already; see mutex::unlock
      TWINLOOP_ASSERT(request.lock != nullptr);
      request.lock->state().notify_one();
      return 0;
  }
  return unexpected(errc::invalid_argument);
}

}  // namespace twinloop::real
