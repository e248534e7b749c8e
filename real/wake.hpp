// How other threads and signal handlers end the loop's sleep.
//
// An eventfd is watched edge-triggered and never read: each write is a new edge. One atomic word holds why the loop
// should look up, and whether it sleeps. Only the first raise during a sleep writes to the eventfd; a raise while the
// loop is awake (from its own thread, for one) is no system call at all, because the loop looks at the word before it
// sleeps.
#ifndef TWINLOOP_REAL_WAKE_HPP
#define TWINLOOP_REAL_WAKE_HPP

#include <atomic>
#include <cstdint>

namespace twinloop::real {

// Why the loop should look up.
inline constexpr std::uint32_t wake_called = 1;    ///< kernel::wake()
inline constexpr std::uint32_t pool_returned = 2;  ///< the thread pool has finished something

class wake_channel {
 public:
  /// Throws std::system_error when there is no descriptor left.
  wake_channel();
  ~wake_channel();
  wake_channel(const wake_channel&) = delete;
  wake_channel& operator=(const wake_channel&) = delete;

  int descriptor() const { return descriptor_; }

  /// Ends the current sleep or prevents the next. *any thread, any signal handler*
  void raise(std::uint32_t reason) noexcept;

  // The loop's side.
  bool raised() const { return word_.load(std::memory_order_relaxed) != 0; }
  /// What was raised since the last call, and marks the loop as awake.
  std::uint32_t take() noexcept { return word_.exchange(0, std::memory_order_acq_rel) & ~sleeping; }
  /// Announces that the loop is about to sleep. False: something was raised already, it must not.
  bool fall_asleep() noexcept {
    std::uint32_t expected = 0;
    return word_.compare_exchange_strong(expected, sleeping, std::memory_order_acq_rel);
  }

 private:
  static constexpr std::uint32_t sleeping = 1u << 31;
  int descriptor_;
  alignas(64) std::atomic<std::uint32_t> word_{0};  // a line of its own: other threads write to it
};

}  // namespace twinloop::real

#endif
