// The seam. Everything a loop asks of the world below it, in eight verbs; a real kernel turns them into system calls,
// the simulated one into choices. Programs never see this class: it is for kernels, decorators of kernels and tests.
//
// Contract, for every implementation (tests/contract holds each to it):
// - Results of operations come out of wait() and nowhere else, also when the system call was made at once, and also
//   when starting failed. Each submit yields exactly one completion without flag_more.
// - cancel() is a request: the completion tells what happened, with the bytes that were moved.
// - A close completes after every other op of its handle.
// - Per handle and direction at most one op is pending: queues belong above the seam.
// - An exception may leave wait(), query(), block() and submit() of a simulated process that is being killed
//   (process_killed); cancel(), wake() and the clocks never throw.
// Thread: all verbs belong to the loop's thread, except wake() (any thread, also a signal handler) and block() (a pool
// thread, inside a job; or the loop's thread, for a synchronous call).
#ifndef TWINLOOP_KERNEL_HPP
#define TWINLOOP_KERNEL_HPP

#include <cstdint>
#include <span>
#include <string>

#include "twinloop/op.hpp"
#include "twinloop/result.hpp"
#include "twinloop/time.hpp"

namespace twinloop {

class mutex;

enum class socket_option : std::uint8_t {
  no_delay,        ///< 0 or 1
  keep_alive,      ///< idle seconds before the first probe, 0 = off
  reuse_address,   ///< 0 or 1; listeners have it set by default
  reuse_port,      ///< 0 or 1
  ipv6_only,       ///< 0 or 1, before bind
  receive_buffer,  ///< bytes; the kernel may round
  send_buffer,     ///< bytes; the kernel may round
  linger,          ///< seconds that close waits for unsent data, -1 = off; 0 = reset on close
};

enum class query_kind : std::uint8_t {
  socket,         ///< family -> a new non-blocking stream socket (value = handle_id); takes `name`
  bind,           ///< handle, address
  listen,         ///< handle, value = backlog
  local_address,  ///< handle -> address
  peer_address,   ///< handle -> address
  set_option,     ///< handle, option, value
  get_option,     ///< handle, option -> value
  close_now,      ///< handle: closes without a completion; nothing may be pending on it
  random_bytes,   ///< fills bytes
  environment,    ///< text = variable -> text_out; not_found
  host_name,      ///< -> text_out
  cpu_count,      ///< -> value
  process_id,     ///< -> value
};

/// A call that never waits and has a result. One record, so that a decorator can log and answer any of them.
/// Errors by kind: those of the POSIX call behind it, mapped to errc.
struct query_request {
  query_kind kind = query_kind::socket;
  handle_id handle = handle_id::none;
  address_family family = address_family::none;
  socket_option option = socket_option::no_delay;
  std::int64_t value = 0;        ///< in or out
  address endpoint{};            ///< in or out
  std::span<std::byte> bytes{};  ///< out
  std::string_view text{};       ///< in
  std::string text_out{};        ///< out
  label name{};                  ///< in: identity of the new handle
  where made{};                  ///< in: who asks for the new handle, for reports
};

/// What blocks: a call made from inside a job (or synchronously from the loop's thread, with job = nullptr).
enum class blocking_kind : std::uint8_t {
  file,    ///< file: one file system call
  yield,   ///< lets others run; in simulation a choice point
  lock,    ///< waits until `lock` is free and takes it
  unlock,  ///< gives `lock` to a waiter; called only when there may be one
};

struct blocking_request {
  blocking_kind kind = blocking_kind::yield;
  file_request file{};
  mutex* lock = nullptr;
  where made{};  ///< who asks, for reports
};

/// What wait() has to report beside the completions.
struct wait_result {
  std::uint32_t count = 0;    ///< completions written to `out`
  bool woken = false;         ///< wake() was called since the last time this was true
  time_point now{};           ///< the loop's time until the next wait
  time_point timers_until{};  ///< timers due at or before this may run now; never after `now`
};

/// How cancel() is meant.
enum class cancel_mode : std::uint8_t {
  request,  ///< the op completes through wait()
  detach,   ///< the op is going away: forget it, no completion; illegal while op::in_kernel_hands
};

// What a platform can do (kernel::caps).
inline constexpr std::uint64_t can_half_close = 1;      ///< shutdown of one direction of a stream
inline constexpr std::uint64_t can_sync_directory = 2;  ///< file_call::sync_directory has an effect
inline constexpr std::uint64_t can_ipv6 = 4;

class kernel {
 public:
  kernel(const kernel&) = delete;
  kernel& operator=(const kernel&) = delete;

  /// Starts `started` (state pending, fields set). Never completes it inside this call.
  virtual void submit(op& started) = 0;
  /// Asks to end a pending op early, or detaches it. An op that is not pending is a broken contract.
  virtual void cancel(op& target, cancel_mode mode) noexcept = 0;
  /// The only blocking point of a loop. Fills `out` with completions in delivery order and returns when there is at
  /// least one, after wake(), at `deadline` (never before it because of it), or for no reason. deadline <= now() polls,
  /// and time_point::min() says that the loop has something else to do; an earlier time is a timer that is overdue.
  virtual wait_result wait(time_point deadline, std::span<completion> out) = 0;
  /// Makes the current or the next wait() return with `woken`. Coalesces.
  virtual void wake() noexcept = 0;
  /// Monotonic time: constant between two waits, unless `update` asks to read the clock anew.
  virtual time_point now(bool update) noexcept = 0;
  /// Civil time, read at each call.
  virtual wall_time wall() noexcept = 0;
  /// Answers a call that never waits.
  virtual result<void> query(query_request& call) = 0;
  /// Performs `request`, blocking the caller: count for transfers, handle_id for open, else 0.
  virtual result<std::int64_t> block(blocking_request& request, job* caller) = 0;
  virtual std::uint64_t caps() const noexcept = 0;

 protected:
  kernel() = default;
  ~kernel() = default;  // owned and destroyed as the concrete type
};

}  // namespace twinloop

#endif
