// Operations: the caller-owned records that cross the seam. Streams, files and jobs are built on these; a program
// uses them directly only on its hottest paths.
//
//   recv_op read;
//   read.handle = socket;  read.buffer = bytes;
//   read.on_complete = [](op& self, const completion& done) { ... done.count ... };
//   loop.submit(read);
//
// Life of an op: idle -> submit -> pending -> (delivered) -> idle, and its callback runs exactly once per submit, from
// the loop, never inside the call that submitted or cancelled it. A multishot op stays pending until a completion
// without flag_more. Submit, complete and cancel allocate nothing.
// Ownership: the caller owns the op and whatever its spans point at, until its last completion. Destroying a pending
// op cancels and detaches it where the kernel holds none of its memory (network ops, queued jobs), without a
// callback; for an op that the kernel is working on (a running job or file operation) it is a broken contract, except
// while an exception unwinds and in ~loop.
// Thread: the loop's.
// In simulation: which ready op completes first, how many bytes a short transfer moves, and who wins a cancel are
// choices; a given receive buffer is poisoned until its completion.
#ifndef TWINLOOP_OP_HPP
#define TWINLOOP_OP_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "twinloop/address.hpp"
#include "twinloop/origin.hpp"
#include "twinloop/result.hpp"
#include "twinloop/time.hpp"

namespace twinloop {

class kernel;
class loop;
class buffer_pool;
class job;
struct op;

/// An open socket or file of one kernel: index and generation, so that a stale one never reaches a new owner.
enum class handle_id : std::uint64_t { none = 0 };

enum class op_kind : std::uint8_t { accept, connect, recv, send, shutdown, close, file, resolve, work };
/// The kind's name, as in "recv"; a string literal.
const char* name(op_kind) noexcept;

enum class op_state : std::uint8_t {
  idle,       ///< the caller's: may be changed, submitted, destroyed
  pending,    ///< the kernel's: only cancel is legal
  delivered,  ///< its completion stands in the batch that the loop is working on
};

// Flags of a completion.
inline constexpr std::uint32_t flag_more = 1;       ///< multishot: this op stays pending, more will follow
inline constexpr std::uint32_t flag_eof = 2;        ///< recv: the peer has shut down its side; count is 0
inline constexpr std::uint32_t flag_truncated = 4;  ///< a datagram was larger than the buffer

/// What the kernel has to say about one op. A batch of these is all that ever comes out of kernel::wait.
struct completion {
  op* target = nullptr;     ///< nullptr once the op was destroyed while the batch was being worked on
  std::uint32_t flags = 0;  ///< flag_more, flag_eof, flag_truncated
  errc error = errc::ok;
  std::int64_t count = 0;  ///< bytes moved, also when cancelled or failed half-way; 0 where there are none
  std::uint64_t aux = 0;   ///< accept: the new handle_id; pooled recv: the buffer's index; open: the handle_id
};

/// The header of every operation.
struct op {
  using handler = void (*)(op& self, const completion& done);

  explicit op(op_kind what) : kind(what) {}
  op(const op&) = delete;
  op& operator=(const op&) = delete;
  ~op();  ///< see "Ownership" above; not virtual: ops are never deleted through the base

  handler on_complete = nullptr;       ///< set by the caller before submit
  handle_id handle = handle_id::none;  ///< set by the caller where the kind needs one
  label name{};                        ///< identity in choices and reports; defaults to the kind's name
  const op_kind kind;
  op_state state = op_state::idle;
  bool multishot = false;                    ///< accept only, for now: keep delivering until cancelled
  bool keeps_alive = true;                   ///< whether the loop runs on for its sake (set before submit)
  std::atomic<bool> in_kernel_hands{false};  ///< set by the kernel (also by its threads) while it works on this op
  loop* owner = nullptr;                     ///< the loop's: set while not idle
  op* next = nullptr;                        ///< the loop's: list of ops that are not idle
  op* previous = nullptr;
  origin made{};                          ///< the loop's: who submitted it, set by submit
  op* kernel_next = nullptr;              ///< the kernel's, while pending
  std::uint64_t kernel_word[2] = {0, 0};  ///< the kernel's, while pending
};

/// Takes a connection off a listener's queue. aux = handle of the new, non-blocking socket (query peer_address tells
/// who it is). Multishot allowed.
/// Errors: cancelled, bad_handle, too_many_handles, out_of_memory, connection_aborted.
/// too_many_handles leaves the connection in the queue and does not end a multishot accept by itself: the kernel
/// reports it (without flag_more), and it is the listener's policy when to submit again.
struct accept_op : op {
  accept_op() : op(op_kind::accept) {}
};

/// Connects `handle`. Errors: cancelled, bad_handle, connection_refused, connection_reset, timed_out,
/// host_unreachable, network_unreachable, address_unavailable, address_in_use, already_connected, access_denied.
struct connect_op : op {
  connect_op() : op(op_kind::connect) {}
  address target{};
};

/// Receives from a stream. Exactly one of the two forms:
/// - given buffer: `buffer` non-empty, filled with count bytes (1..size), owned by the kernel until completion;
/// - pooled: `pool` set; a buffer is taken when there is something to receive, aux = its index, and the callback (or
///   whoever it hands it to) gives it back.
/// count 0 with flag_eof = the peer is done. At most one recv per handle may be pending.
/// Errors: cancelled, bad_handle, not_connected, connection_reset, timed_out, no_buffers.
struct recv_op : op {
  recv_op() : op(op_kind::recv) {}
  std::span<std::byte> buffer{};
  buffer_pool* pool = nullptr;
};

/// One piece of a gathered send; laid out as POSIX struct iovec, which the real kernel relies on and checks.
struct io_slice {
  const void* data;
  std::size_t size;
};

/// Sends to a stream: completes once at least one byte was taken, count = bytes taken (may be fewer than offered).
/// The slices and their bytes must stay until completion. At most one send per handle may be pending.
/// Errors: cancelled, bad_handle, not_connected, broken_pipe, connection_reset, timed_out.
struct send_op : op {
  send_op() : op(op_kind::send) {}
  std::span<const io_slice> slices{};  ///< 1..16 of them, not all empty
};

/// Ends the sending side (FIN) after what was sent. Errors: cancelled, bad_handle, not_connected.
struct shutdown_op : op {
  shutdown_op() : op(op_kind::shutdown) {}
};

/// Closes `handle`, socket or file. Cancels what is pending on it; its completion comes after all of theirs. The
/// handle is invalid as soon as this is submitted. Errors: bad_handle, if it was invalid before. `reset` sends RST
/// instead of FIN. Detaching a pending close does not keep the handle open: only its completion is dropped.
struct close_op : op {
  close_op() : op(op_kind::close) {}
  bool reset = false;
};

enum class file_call : std::uint8_t {
  open,            ///< path, flags, mode -> aux/handle
  read_at,         ///< handle, read_buffer, offset -> count (0 at end of file)
  write_at,        ///< handle, write_bytes, offset -> count (may be short); with open_append the offset is ignored
  sync,            ///< handle; data and size are durable afterwards (fdatasync, or fsync with flag sync_metadata)
  close,           ///< handle
  status,          ///< path or handle, status_out
  truncate,        ///< handle, offset = the new size
  rename,          ///< path -> second_path, replacing it
  unlink,          ///< path
  make_directory,  ///< path, mode
  remove_directory,
  list,            ///< path, list_out: entries without "." and "..", sorted by name
  sync_directory,  ///< path; names made, renamed or removed in it are durable afterwards
};
/// The call's name, as in "write_at"; a string literal.
const char* name(file_call) noexcept;

// Flags of file_call::open; one of read/write/read_write, plus others.
inline constexpr std::uint32_t open_read = 1;
inline constexpr std::uint32_t open_write = 2;
inline constexpr std::uint32_t open_read_write = 3;
inline constexpr std::uint32_t open_create = 4;
inline constexpr std::uint32_t open_exclusive = 8;
inline constexpr std::uint32_t open_truncate = 16;
inline constexpr std::uint32_t open_append = 32;
// Flag of file_call::sync.
inline constexpr std::uint32_t sync_metadata = 64;  ///< times and permissions too, not only data and size

enum class file_type : std::uint8_t { regular, directory, other };

struct file_status {
  file_type type = file_type::other;
  std::uint64_t size = 0;      ///< bytes
  std::uint32_t mode = 0;      ///< permission bits, 0..07777
  std::uint64_t identity = 0;  ///< inode number: equal for two names of one file
  wall_time modified{};
};

struct directory_entry {
  std::string name;
  file_type type = file_type::other;
};

/// One file system call, the same record for the asynchronous op and for a blocking call from a job.
/// Errors: cancelled (queued ops only), and by call: not_found, already_exists, access_denied, not_a_directory,
/// is_a_directory, directory_not_empty, no_space, read_only, too_many_handles, input_output, file_too_large,
/// name_too_long, too_many_links, cross_device, busy, invalid_argument, bad_handle.
struct file_request {
  file_call call = file_call::open;
  handle_id handle = handle_id::none;
  std::uint32_t flags = 0;
  std::uint32_t mode = 0644;
  std::uint64_t offset = 0;
  std::span<std::byte> read_buffer{};
  std::span<const std::byte> write_bytes{};
  std::string_view path{};  ///< relative paths stand on the process's working directory
  std::string_view second_path{};
  file_status* status_out = nullptr;
  std::vector<directory_entry>* list_out = nullptr;
  label name{};  ///< names the opened file in choices and reports
};

/// A file system call through the pool (or answered at once from the page cache: the completion tells no difference).
/// Cancel works while it is queued; a running one completes with its result.
struct file_op : op {
  file_op() : op(op_kind::file) {}
  file_request request{};
};

/// Looks up the addresses of a host name. Errors: cancelled, name_not_found, name_try_again, invalid_argument.
struct resolve_op : op {
  resolve_op() : op(op_kind::resolve) {}
  std::string_view host{};
  std::uint16_t port = 0;
  address_family family = address_family::none;  ///< none = both
  std::vector<address>* out = nullptr;           ///< filled before completion, in the resolver's order
};

/// Runs `run` on the pool. Cancel works while it is queued (error cancelled, `run` is never called); a running job can
/// ask job::cancelled(). An exception leaving `run` is rethrown by the loop from the completion, through run().
struct work_op : op {
  work_op() : op(op_kind::work) {}
  void (*run)(work_op& self, job& context) = nullptr;  ///< called on a pool thread
  void (*on_failure)(work_op& self) = nullptr;         ///< runs instead of on_complete when `run` threw; may be null
  std::exception_ptr failure{};                        ///< the kernel's: the exception that left `run`
};

}  // namespace twinloop

#endif
