// Where a pending op stands within the real kernel. op::kernel_word[0] holds the phase, and for a running job the
// address of its twinloop::job; kernel_word[1] belongs to the phase:
//   waiting    in its descriptor, for readiness
//   finished   its completion waits for delivery; kernel_word[1] = the place in the finished_queue
//   staged     for the pool, not handed over yet; kernel_next and kernel_word[1] link the list both ways
//   queued     in the pool's queue, linked the same way; leaves it only under the pool's lock
//   taken      a worker has it and will start it soon
//   unwanted   a worker has it and will not start it: it was cancelled
//   running    a worker performs it (or the address of the job, which is how it is asked to stop)
//   done       performed; bits 8..15 = errc, kernel_word[1] = the value; linked by kernel_next on its way back
#ifndef TWINLOOP_REAL_OP_PHASE_HPP
#define TWINLOOP_REAL_OP_PHASE_HPP

#include <atomic>
#include <cstdint>

#include "twinloop/op.hpp"

namespace twinloop::real {

enum class op_phase : std::uint64_t { waiting = 1, finished, staged, queued, taken, unwanted, running, done };

// Addresses are above every phase, and even: the lowest bit locks a job against its own end while it is asked to stop.
inline constexpr std::uint64_t phase_mask = 0xff;
inline constexpr std::uint64_t first_address = 0x10000;
inline constexpr std::uint64_t job_locked = 1;

inline std::atomic_ref<std::uint64_t> phase_word(op& target) {
  static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free);
  return std::atomic_ref<std::uint64_t>(target.kernel_word[0]);
}

inline void set_phase(op& target, op_phase phase) {
  phase_word(target).store(static_cast<std::uint64_t>(phase), std::memory_order_relaxed);
}

inline op_phase phase_of(op& target) {
  const std::uint64_t word = phase_word(target).load(std::memory_order_acquire);
  return word >= first_address ? op_phase::running : static_cast<op_phase>(word & phase_mask);
}

}  // namespace twinloop::real

#endif
