// Socket operations on epoll: start, wait for readiness, finish.
#include <algorithm>
#include <utility>

#include "real/epoll_kernel.hpp"
#include "real/op_phase.hpp"
#include "real/socket_calls.hpp"

namespace twinloop::real {
namespace {

// EPOLLPRI: urgent data makes a receive end early although more is there.
constexpr std::uint32_t socket_events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;
constexpr std::uint32_t end_events = EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI;

}  // namespace

/// Registers a socket when something first waits for it; epoll then reports at once what is already true.
bool epoll_kernel::ensure_registered(descriptor& socket, handle_id handle) {
  if (!socket.registered) {
    socket.registered = events_.add(socket.fd, static_cast<std::uint64_t>(handle), socket_events).has_value();
  }
  return socket.registered;
}

void epoll_kernel::wait_in(op*& place, op& waiting) {
  TWINLOOP_ASSERT(place == nullptr);  // at most one per handle and direction: queues are above the seam
  place = &waiting;
  set_phase(waiting, op_phase::waiting);
}

// ---- starting

void epoll_kernel::start_accept(accept_op& started) {
  descriptor* listener = table_.find(started.handle, descriptor_kind::socket);
  if (listener == nullptr) return finish(started, errc::bad_handle);
  if (!listen_for_events(*listener, started.handle)) return finish(started, errc::out_of_memory);
  listener->listens = true;
  wait_in(listener->input, started);
}

void epoll_kernel::start_connect(connect_op& started) {
  descriptor* socket = table_.find(started.handle, descriptor_kind::socket);
  if (socket == nullptr) return finish(started, errc::bad_handle);
  TWINLOOP_ASSERT(socket->connect == nullptr);
  if (socket->connected) return finish(started, errc::already_connected);
  completion done;
  // What epoll said of the unconnected socket no longer counts.
  socket->readable = socket->writable = socket->hang_up = false;
  if (begin_connect(*socket, started, done)) {
    socket->writable = true;
    socket->connected = done.error == errc::ok;
    return finish(started, done);
  }
  if (!ensure_registered(*socket, started.handle)) return finish(started, errc::out_of_memory);
  wait_in(socket->connect, started);
}

/// A transfer that needed no poll.
void epoll_kernel::finish_at_once(op& started, const completion& done) {
  unpolled_bytes_ += static_cast<std::uint64_t>(done.count);
  finish(started, done);
}

void epoll_kernel::start_receive(recv_op& started) {
  TWINLOOP_ASSERT((started.pool != nullptr) != !started.buffer.empty());
  descriptor* socket = table_.find(started.handle, descriptor_kind::socket);
  if (socket == nullptr) return finish(started, errc::bad_handle);
  if (socket->listens) return finish(started, errc::not_connected);
  completion done;
  // Only what epoll has called readable is tried: a receive that finds nothing is a wasted system call.
  if (socket->readable && attempt_receive(*socket, started, done)) return finish_at_once(started, done);
  if (!ensure_registered(*socket, started.handle)) return finish(started, errc::out_of_memory);
  wait_in(socket->input, started);
}

void epoll_kernel::start_send(send_op& started) {
  TWINLOOP_ASSERT(!started.slices.empty());
  TWINLOOP_ASSERT(started.slices.size() <= 16);
  descriptor* socket = table_.find(started.handle, descriptor_kind::socket);
  if (socket == nullptr) return finish(started, errc::bad_handle);
  completion done;
  if (socket->writable && attempt_send(*socket, started, done)) return finish_at_once(started, done);
  if (!ensure_registered(*socket, started.handle)) return finish(started, errc::out_of_memory);
  wait_in(socket->output, started);
}

void epoll_kernel::start_shutdown(shutdown_op& started) {
  const descriptor* socket = table_.find(started.handle, descriptor_kind::socket);
  finish(started, socket == nullptr ? errc::bad_handle : shut_down(*socket));
}

void epoll_kernel::start_close(close_op& started) {
  descriptor* entry = table_.find(started.handle);
  if (entry == nullptr) return finish(started, errc::bad_handle);
  if (entry->kind == descriptor_kind::file) return start_file_close(started, started.handle);
  cancel_socket_ops(*entry);
  if (started.reset) reset_on_close(*entry);
  const bool may_block = entry->lingers && !started.reset;
  if (!table_.begin_close(started.handle)) return finish(started, errc::bad_handle);
  if (may_block) return hand_close_to_pool(started, started.handle);
  table_.end_close(started.handle);
  finish(started, errc::ok);
}

void epoll_kernel::cancel_socket_ops(descriptor& socket) {
  for (op** place : {&socket.connect, &socket.input, &socket.output}) {
    if (*place == nullptr) continue;
    op& cancelled = **place;
    *place = nullptr;
    finish(cancelled, errc::cancelled);
  }
}

// ---- events

void epoll_kernel::handle_event(const epoll_event& event) {
  const auto handle = static_cast<handle_id>(event.data.u64);
  if (handle == handle_id::none) return;  // the eventfd: its word says the rest
  descriptor* socket = table_.find(handle, descriptor_kind::socket);
  if (socket == nullptr) return;  // about a socket that has been closed since
  if (socket->listens) return handle_listener(*socket, handle);
  const std::uint32_t events = event.events;
  if ((events & (EPOLLIN | end_events)) != 0) socket->readable = true;
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) socket->writable = true;
  if ((events & end_events) != 0) socket->hang_up = true;
  if (socket->connect != nullptr && socket->writable) {
    // Writable and nothing wrong: connected, no need to ask.
    finish_connect(*socket, (events & (EPOLLHUP | EPOLLERR)) != 0 ? connect_outcome(*socket) : errc::ok);
  }
  make_progress(*socket);
}

void epoll_kernel::finish_connect(descriptor& socket, errc outcome) {
  socket.connected = outcome == errc::ok;
  finish(*std::exchange(socket.connect, nullptr), outcome);
}

/// Tries what waits for a readiness that is there.
void epoll_kernel::make_progress(descriptor& socket) {
  if (socket.input != nullptr && socket.readable) {
    auto& input = static_cast<recv_op&>(*socket.input);
    completion received;
    if (attempt_receive(socket, input, received)) {
      socket.input = nullptr;
      finish(input, received);
    }
  }
  if (socket.output != nullptr && socket.writable) {
    op& output = *socket.output;
    completion sent;
    if (attempt_send(socket, static_cast<send_op&>(output), sent)) {
      socket.output = nullptr;
      finish(output, sent);
    }
  }
}

// ---- listeners, level-triggered: the edge-triggered way needs one more accept4 per event, to see that the queue is
// empty, and a failing accept4 costs nearly as much as one that succeeds (Linux makes the new socket before it looks).

/// Registers the listener, or lets epoll report it again.
bool epoll_kernel::listen_for_events(descriptor& listener, handle_id handle) {
  const auto tag = static_cast<std::uint64_t>(handle);
  if (!listener.registered) {
    listener.registered = events_.add(listener.fd, tag, EPOLLIN).has_value();
  } else if (listener.muted || !listener.listens) {
    listener.muted = !events_.change(listener.fd, tag, EPOLLIN).has_value();
  }
  return listener.registered && !listener.muted;
}

/// Takes connections off the queue: one, and twice as many each time that the poll after has more. What is left is
/// reported again. A multishot accept stays pending after each connection, and is over after an error: with no
/// descriptor left, say, it is for the program to decide when to try again.
void epoll_kernel::handle_listener(descriptor& listener, handle_id handle) {
  if (listener.input == nullptr) {  // nobody wants the connection now: it waits, and must not keep the loop awake
    listener.muted = events_.change(listener.fd, static_cast<std::uint64_t>(handle), 0).has_value();
    return;
  }
  const bool goes_on = listener.accept_poll + 1 == polls_;
  listener.accept_share = goes_on ? std::min<std::uint8_t>(listener.accept_share * 2, accepts_per_poll) : 1;
  op& accept = *listener.input;
  for (std::uint8_t i = 0; i < listener.accept_share; ++i) {
    completion done;
    if (!attempt_accept(listener, table_, done)) return;
    if (!accept.multishot || done.error != errc::ok) {
      listener.input = nullptr;
      return finish(accept, done);
    }
    done.target = &accept;
    done.flags = flag_more;
    finished_.push(done);
  }
  listener.accept_poll = polls_;
}

}  // namespace twinloop::real
