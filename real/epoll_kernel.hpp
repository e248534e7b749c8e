// The real kernel of Linux: sockets by edge-triggered epoll, everything that may block by the thread pool.
//
// Each stream is registered once, when an operation first has to wait for it, and its descriptor remembers what epoll
// said. An operation that is known to have something to do is tried when it is submitted; its completion still comes
// out of wait() only. So a round trip is recv, send, epoll_wait, as in a loop written by hand.
// Files: epoll_kernel.cpp dispatch, cancel, wait; epoll_sockets.cpp, epoll_files.cpp operations; query.cpp; block.cpp.
#ifndef TWINLOOP_REAL_EPOLL_KERNEL_HPP
#define TWINLOOP_REAL_EPOLL_KERNEL_HPP

#include <vector>

#include "real/descriptor_table.hpp"
#include "real/event_queue.hpp"
#include "real/finished_queue.hpp"
#include "real/thread_pool.hpp"
#include "real/wake.hpp"
#include "twinloop/kernel.hpp"
#include "twinloop/real.hpp"

namespace twinloop::real {

class epoll_kernel final : public kernel {
 public:
  explicit epoll_kernel(kernel_options options);
  /// No op may be pending.
  ~epoll_kernel() = default;

  void submit(op& started) override;
  void cancel(op& target, cancel_mode mode) noexcept override;
  wait_result wait(time_point deadline, std::span<completion> out) override;
  void wake() noexcept override;
  time_point now(bool update) noexcept override;
  wall_time wall() noexcept override;
  result<void> query(query_request& call) override;
  result<std::int64_t> block(blocking_request& request, job* caller) override;
  std::uint64_t caps() const noexcept override;

 private:
  // A wait that has something to deliver, or was woken, looks at epoll every 8th time only, or when so many bytes were
  // moved at once since; one that would sleep always does. So a busy program pays for few polls, and none of its
  // sockets starves. The bytes are for streams: a writer that gets eight turns to its reader's one fills the socket's
  // buffers, megabytes that are out of the cache when they are read (docs/performance.md).
  static constexpr std::uint32_t unpolled_waits_max = 8;
  static constexpr std::uint64_t unpolled_bytes_max = 64 * 1024;
  // How long jobs may gather while the loop has completions to deliver.
  static constexpr duration hand_over_interval = std::chrono::microseconds(50);
  // Connections that one listener takes before everything else gets its turn.
  static constexpr std::uint8_t accepts_per_poll = 16;

  // Starting, by kind.
  void start_accept(accept_op& started);
  void start_connect(connect_op& started);
  void start_receive(recv_op& started);
  void start_send(send_op& started);
  void start_shutdown(shutdown_op& started);
  void start_close(close_op& started);
  void start_file(file_op& started);
  bool read_inline(file_op& started, descriptor& file);
  void start_file_close(op& closing, handle_id handle);
  void hand_close_to_pool(op& closing, handle_id handle);
  static void wait_in(op*& place, op& waiting);

  // Finishing.
  void finish(op& ended, completion done);
  void finish_at_once(op& started, const completion& done);
  void finish(op& ended, errc error) { finish(ended, completion{.error = error}); }
  std::uint32_t deliver(std::span<completion> out);

  // Cancelling.
  void withdraw(op& target, cancel_mode mode);
  void withdraw_waiting(op& target, cancel_mode mode);
  void withdraw_from_pool(op& target, cancel_mode mode);
  void forget_finished(op& target);
  void drop_result(const op& target, const completion& done);
  void cancel_socket_ops(descriptor& socket);
  void cancel_file_ops(handle_id handle);

  // Events.
  bool ensure_registered(descriptor& socket, handle_id handle);
  void hand_over();
  void poll(duration timeout);
  void handle_event(const epoll_event& event);
  void make_progress(descriptor& socket);
  void finish_connect(descriptor& socket, errc outcome);
  bool listen_for_events(descriptor& listener, handle_id handle);
  void handle_listener(descriptor& listener, handle_id handle);
  void collect_pool();
  void settle_file_call(const op& ended);
  duration time_left(time_point deadline, bool must_not_sleep);

  result<void> query_socket(query_request& call);
  result<void> query_handle(query_request& call);
  result<void> close_now(handle_id handle);

  descriptor_table table_;
  event_queue events_;
  wake_channel wake_;
  finished_queue finished_;
  thread_pool pool_;  // after what its threads use
  std::vector<epoll_event> event_buffer_;
  std::vector<op*> withdrawn_;  // scratch of cancel_file_ops
  time_point now_;
  time_point handed_over_{};
  std::uint32_t polls_ = 1;
  std::uint32_t unpolled_waits_ = 0;
  std::uint64_t unpolled_bytes_ = 0;
  bool woken_ = false;
};

}  // namespace twinloop::real

#endif
