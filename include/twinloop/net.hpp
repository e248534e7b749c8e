// TCP: listeners, streams, names.
//
//   tcp_listener listener(loop, "listener");
//   listener.listen(address::any(6379), [&](result<accepted> peer) { ... new session(loop, *peer) ... });
//
//   tcp_stream stream(loop, accepted);
//   stream.on_read([&](result<std::span<std::byte>> data) { ... });        // empty span = end of stream
//   stream.read_start();
//   stream.write("+PONG\r\n"s, {});
//
// Order: bytes keep theirs; write callbacks run in write order; all of a stream's callbacks come before its close
// callback. Nothing runs inside the call that asked for it.
// In simulation: latency, chunking of reads and writes, resets and back-pressure are choices; the rest is POSIX.
#ifndef TWINLOOP_NET_HPP
#define TWINLOOP_NET_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "twinloop/address.hpp"
#include "twinloop/function.hpp"
#include "twinloop/loop.hpp"

namespace twinloop {

/// A connection that a listener took: pass it to a tcp_stream, which owns it from then on. Dropping it closes it.
class accepted {
 public:
  accepted(class loop& owner, handle_id id) : loop_(&owner), id_(id) {}
  accepted(accepted&& other) noexcept;
  accepted& operator=(accepted&&) = delete;
  ~accepted();
  result<address> peer() const;  ///< not_connected if the peer is gone already
  handle_id release();           ///< the caller's from now on

 private:
  class loop* loop_;
  handle_id id_;
};

struct listen_options {
  int backlog = 128;  ///< connections waiting to be accepted, 1..4096
  bool reuse_port = false;
  bool ipv6_only = false;
  duration retry_after = std::chrono::milliseconds(100);  ///< pause after too_many_handles
};

class tcp_listener : public handle {
 public:
  explicit tcp_listener(class loop& owner, label name = "listener", where made = where::here());
  ~tcp_listener();  ///< closes at once, without a callback

  /// Binds, listens and starts accepting. Errors: address_in_use, address_unavailable, access_denied,
  /// invalid_argument, too_many_handles. The callback then gets each connection, or an accept error: after
  /// too_many_handles and out_of_memory the listener pauses for retry_after and goes on by itself.
  result<void> listen(const address& local, unique_function<void(result<accepted>)> on_connection,
                      listen_options options = {}, where made = where::here());
  /// The bound address, with the port the kernel chose. invalid before listen.
  result<address> local() const;
  /// Back-pressure: no more callbacks until resume(); connections wait in the backlog.
  void pause();
  void resume();
  void close(unique_function<void()> closed = {}, where made = where::here());

 private:
  void submit_accept();
  void handle_accept(const completion& done);
  void deliver(result<accepted> outcome);
  void deliver_held_later();
  void stop_retry();
  struct accept_op_of : accept_op {
    tcp_listener* self = nullptr;
  } accept_;
  struct close_op_of : close_op {
    tcp_listener* self = nullptr;
  } close_;
  struct task_of : task {
    tcp_listener* self = nullptr;
  } closed_task_, held_task_;
  timer retry_;
  duration retry_after_{};
  handle_id handle_ = handle_id::none;
  unique_function<void(result<accepted>)> on_connection_;
  unique_function<void()> on_closed_;
  std::deque<accepted> held_;  // came while paused
  where made_by_{};
  bool paused_ = false;
  bool closing_ = false;
};

struct write_request;  // one queued write

struct connect_options {
  duration timeout = duration::zero();  ///< zero = the kernel's own; timed_out afterwards
};

class tcp_stream : public handle {
 public:
  explicit tcp_stream(class loop& owner, label name = "stream", where made = where::here());
  /// Takes over an accepted connection.
  tcp_stream(class loop& owner, accepted&& peer, label name = "stream", where made = where::here());
  /// Closes at once, without callbacks; what was written and not yet taken by the kernel is dropped.
  ~tcp_stream();

  /// Errors: those of connect_op, plus too_many_handles.
  void connect(const address& target, unique_function<void(errc)> done, connect_options options = {},
               where made = where::here());

  /// Sets who gets the data: a span valid during the callback, empty at the end of the stream, or an error
  /// (connection_reset, timed_out, ...), after which nothing more comes.
  void on_read(unique_function<void(result<std::span<std::byte>>)> callback) { on_read_ = std::move(callback); }
  /// Delivers data to on_read until read_stop(), from the loop's read buffers or from `pool`.
  void read_start(buffer_pool* pool = nullptr, where made = where::here());
  void read_stop();  ///< no more data callbacks; what arrives waits in the kernel
  /// One read into `buffer`, at least 1 byte unless at the end (count 0). Not while read_start is on. Errors: those of
  /// recv_op.
  void read_into(std::span<std::byte> buffer, unique_function<void(errc, std::size_t)> done,
                 where made = where::here());

  /// Queues bytes that stay yours and must live until `done`, which gets the count that the kernel took: all of them
  /// with errc::ok, fewer with an error. Errors: cancelled (closed before), broken_pipe, connection_reset,
  /// not_connected, timed_out. `done` may be empty.
  void write(std::span<const std::byte> bytes, unique_function<void(errc, std::size_t)> done,
             where made = where::here());
  /// The same with bytes that the stream keeps.
  void write(std::string bytes, unique_function<void(errc, std::size_t)> done = {}, where made = where::here());
  /// Bytes queued and not yet taken by the kernel.
  std::size_t write_queue_size() const { return queued_bytes_; }
  /// on_drain runs when the queue falls to `low` after having reached `high`. Default: 64 KiB and 16 KiB.
  void watermarks(std::size_t high, std::size_t low);
  void on_drain(unique_function<void()> callback) { on_drain_ = std::move(callback); }
  bool above_high_water() const { return above_high_; }
  /// Drops what is queued: each write completes with cancelled and the count that had been taken.
  void cancel_writes();

  /// Sends FIN once everything queued was taken. Errors: not_connected, cancelled.
  void shutdown(unique_function<void(errc)> done, where made = where::here());
  /// Cancels what is under way, then `closed`. Calling it twice is a broken contract; see is_closing().
  void close(unique_function<void()> closed = {}, where made = where::here());
  /// close() with RST.
  void close_reset(unique_function<void()> closed = {}, where made = where::here());
  bool is_closing() const { return closing_; }

  result<address> local() const;
  result<address> peer() const;
  result<void> no_delay(bool on);
  result<void> set_option(socket_option option, std::int64_t value);
  result<std::int64_t> get_option(socket_option option) const;

 private:
  void bind_operations();
  void handle_connect(errc error);
  void handle_connected(const completion& done);
  void submit_read();
  void handle_read(const completion& done);
  void finish_read_into(errc error, std::size_t count);
  void serve_held_read();
  void serve_held_read_later();
  void drop_held_read();
  void deliver_read(const completion& done);
  void call_reader(const completion& done, bool& destroyed);
  void submit_send();
  void handle_send(const completion& done);
  void take_sent(std::size_t count);
  void settle_first_write(errc error);
  void fail_writes(errc error);
  void run_settled();
  void settle_later();
  void submit_shutdown_when_drained();
  void handle_shutdown(errc error);
  void start_close(unique_function<void()> closed, bool reset, where made);
  void handle_closed();
  void enqueue(write_request& request, where made);
  write_request& make_request();
  void release_request(write_request& request);

  template <class Op>
  struct op_of : Op {
    tcp_stream* self = nullptr;
  };
  static constexpr std::size_t slices_max = 16;
  op_of<recv_op> recv_;
  op_of<send_op> send_;
  op_of<connect_op> connect_;
  op_of<shutdown_op> shutdown_;
  op_of<close_op> close_;
  handle_id handle_ = handle_id::none;
  unique_function<void(result<std::span<std::byte>>)> on_read_;
  unique_function<void(errc, std::size_t)> on_read_into_;
  unique_function<void(errc)> on_connect_;
  unique_function<void(errc)> on_shutdown_;
  unique_function<void()> on_closed_;
  unique_function<void()> on_drain_;
  std::unique_ptr<timer> connect_timer_;
  struct task_of : task {
    tcp_stream* self = nullptr;
  };
  task_of closed_task_;
  task_of connect_failed_task_;
  task_of settle_task_;                   // runs what run_settled could not
  task_of held_read_task_;                // delivers held_read_ after read_start
  completion held_read_{};                // data that came after read_stop
  std::size_t held_used_ = 0;             // how much of it single reads have taken
  buffer_pool* pool_ = nullptr;           // of the read under way or held
  buffer_pool* wanted_pool_ = nullptr;    // of the next one
  std::span<std::byte> read_buffer_{};    // of the single read
  write_request* first_write_ = nullptr;  // queued, oldest first
  write_request* last_write_ = nullptr;
  write_request* first_settled_ = nullptr;  // finished, their callbacks still to run
  write_request* last_settled_ = nullptr;
  write_request* free_requests_ = nullptr;
  io_slice slices_[slices_max];
  std::size_t queued_bytes_ = 0;
  std::size_t high_water_ = 64 * 1024;
  std::size_t low_water_ = 16 * 1024;
  where made_by_{};  // of the call whose operation is submitted next
  errc connect_error_ = errc::ok;
  errc shutdown_error_ = errc::ok;  // to be told by run_settled, after the writes
  bool* destroyed_ = nullptr;       // set while a callback runs that may destroy the stream
  bool connected_ = false;
  bool reading_ = false;
  bool above_high_ = false;
  bool shutdown_wanted_ = false;
  bool shutdown_submitted_ = false;
  bool sending_ended_ = false;  // a send failed: nothing more can be sent
  bool closing_ = false;
  bool connect_timed_out_ = false;
};

/// Looks up names; one lookup at a time per object.
class resolver : public handle {
 public:
  explicit resolver(class loop& owner, label name = "resolver", where made = where::here());
  ~resolver();
  /// Addresses of `host` (a name, or an address in text) with `port` set. Errors: those of resolve_op.
  void resolve(std::string host, std::uint16_t port, unique_function<void(result<std::vector<address>>)> done,
               address_family family = address_family::none, where made = where::here());
  void cancel();

 private:
  struct resolve_op_of : resolve_op {
    resolver* self = nullptr;
  } op_;
  std::string host_;
  std::vector<address> found_;
  unique_function<void(result<std::vector<address>>)> done_;
};

}  // namespace twinloop

#endif
