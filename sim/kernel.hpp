// The simulated kernel of one process: the seam's verbs, turned into state of the world.
#ifndef TWINLOOP_SIM_KERNEL_HPP
#define TWINLOOP_SIM_KERNEL_HPP

#include "twinloop/kernel.hpp"
#include "twinloop/op.hpp"
#include "twinloop/sim.hpp"

namespace twinloop::sim {

/// Where an op stands in the simulated kernel; kept in op::kernel_word[1].
enum class op_place : std::uint8_t {
  none,
  parked,   // waits for something to happen to its handle
  ready,    // among the ready entries
  held,     // deferred
  queued,   // in the pool's queue
  running,  // on the pool
};

/// Packed into op::kernel_word[1], with the number of the op's expectation in its high half (see causality.hpp); the
/// result stands in kernel_word[0].
struct op_note {
  /// Of a multishot op: cancelled, but what was ready by then is delivered first.
  static constexpr std::uint64_t last_one = 1 << 16;
  static bool is_last(const op& of) { return (of.kernel_word[1] & last_one) != 0; }
  static void make_last(op& of) { of.kernel_word[1] |= last_one; }
  static op_place place(const op& of) { return static_cast<op_place>(of.kernel_word[1] & 0xff); }
  static errc error(const op& of) { return static_cast<errc>((of.kernel_word[1] >> 8) & 0xff); }
  static void set(op& of, op_place where_to, errc error = errc::ok) {
    of.kernel_word[1] = (of.kernel_word[1] & ~std::uint64_t{0xffff}) | static_cast<std::uint64_t>(where_to) |
                        static_cast<std::uint64_t>(error) << 8;
  }
  static void move(op& of, op_place where_to) {
    of.kernel_word[1] = (of.kernel_word[1] & ~std::uint64_t{0xff}) | static_cast<std::uint64_t>(where_to);
  }
  static std::uint32_t expectation(const op& of) { return static_cast<std::uint32_t>(of.kernel_word[1] >> 32); }
  static void set_expectation(op& of, std::uint32_t id) {
    of.kernel_word[1] = (of.kernel_word[1] & 0xffffffff) | static_cast<std::uint64_t>(id) << 32;
  }
  static std::int64_t count(const op& of) { return static_cast<std::int64_t>(of.kernel_word[0]); }
  static void set_count(op& of, std::int64_t count) { of.kernel_word[0] = static_cast<std::uint64_t>(count); }
};

class kernel_of_process final : public kernel {
 public:
  explicit kernel_of_process(process_state& owner) : process_(&owner) {}
  void submit(op& started) override;
  void cancel(op& target, cancel_mode mode) noexcept override;
  wait_result wait(time_point deadline, std::span<completion> out) override;
  void wake() noexcept override;
  time_point now(bool update) noexcept override;
  wall_time wall() noexcept override;
  result<void> query(query_request& call) override;
  result<std::int64_t> block(blocking_request& request, job* caller) override;
  std::uint64_t caps() const noexcept override { return can_half_close | can_sync_directory | can_ipv6; }

 private:
  result<std::int64_t> block_in_job(blocking_request& request, job& caller);
  process_state* process_;
};

}  // namespace twinloop::sim

#endif
