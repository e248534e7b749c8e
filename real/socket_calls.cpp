// The system calls of the hot paths: recv, send, accept, connect.
#include "real/socket_calls.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstddef>

#include "real/errors.hpp"
#include "real/socket_address.hpp"
#include "twinloop/buffer_pool.hpp"

namespace twinloop::real {
namespace {

// A span of io_slice goes to sendmsg as it is.
static_assert(sizeof(io_slice) == sizeof(iovec));
static_assert(alignof(io_slice) == alignof(iovec));
static_assert(offsetof(io_slice, data) == offsetof(iovec, iov_base));
static_assert(offsetof(io_slice, size) == offsetof(iovec, iov_len));

ssize_t receive(int fd, std::span<std::byte> buffer) {
  for (;;) {
    const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
    if (count >= 0 || errno != EINTR) return count;
  }
}

ssize_t send_slices(int fd, std::span<const io_slice> slices) {
  msghdr message{};
  message.msg_iov = reinterpret_cast<iovec*>(const_cast<io_slice*>(slices.data()));
  message.msg_iovlen = slices.size();
  for (;;) {
    const ssize_t count = slices.size() == 1 ? send(fd, slices[0].data, slices[0].size, MSG_NOSIGNAL)
                                             : sendmsg(fd, &message, MSG_NOSIGNAL);
    if (count >= 0 || errno != EINTR) return count;
  }
}

std::size_t total_size(std::span<const io_slice> slices) {
  std::size_t total = 0;
  for (const io_slice& each : slices) total += each.size;
  return total;
}

}  // namespace

bool attempt_receive(descriptor& from, recv_op& wanted, completion& done) {
  std::span<std::byte> buffer = wanted.buffer;
  std::uint32_t index = buffer_pool::none;
  if (wanted.pool != nullptr) {
    index = wanted.pool->take();
    if (index == buffer_pool::none) {  // the data stays in the socket, and `readable` stays set for the next recv
      done.error = errc::no_buffers;
      return true;
    }
    buffer = wanted.pool->bytes(index);
  }
  const ssize_t count = receive(from.fd, buffer);
  if (count > 0) {
    // Fewer bytes than asked for: the socket was empty, and what comes now is a new edge. After a hang-up no further
    // edge comes, so the end has to be read until it shows.
    if (static_cast<std::size_t>(count) < buffer.size() && !from.hang_up) from.readable = false;
    done.count = count;
    done.aux = index;
    return true;
  }
  const int failure = errno;
  if (wanted.pool != nullptr) wanted.pool->give_back(index);
  if (count == 0) {
    done.flags = flag_eof;
    done.aux = buffer_pool::none;
    return true;
  }
  if (failure == EAGAIN) {
    from.readable = false;
    return false;
  }
  done.error = error_of(failure);
  return true;
}

bool attempt_send(descriptor& to, send_op& wanted, completion& done) {
  const ssize_t count = send_slices(to.fd, wanted.slices);
  if (count < 0 && errno == EAGAIN) {
    to.writable = false;
    return false;
  }
  if (count < 0) {
    done.error = error_of(errno);
    return true;
  }
  // Fewer than offered: the send buffer is full, and room in it is a new edge (epoll(7), "Questions and answers" 9).
  if (static_cast<std::size_t>(count) < total_size(wanted.slices)) to.writable = false;
  done.count = count;
  return true;
}

bool attempt_accept(const descriptor& listener, descriptor_table& table, completion& done) {
  int fd = -1;
  do {
    fd = accept4(listener.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0 && errno == EAGAIN) return false;
  if (fd < 0) {
    done.error = accept_error_of(errno);
    return true;
  }
  const result<handle_id> handle = table.insert(fd, descriptor_kind::socket);
  if (!handle) {
    done.error = handle.error();
    return true;
  }
  done.aux = static_cast<std::uint64_t>(*handle);
  return true;
}

bool begin_connect(descriptor& socket, connect_op& wanted, completion& done) {
  const socket_address target(wanted.target);
  if (target.length == 0) {
    done.error = errc::invalid_argument;
    return true;
  }
  if (connect(socket.fd, target.raw(), target.length) == 0) return true;
  // EINTR: the connection goes on being made, as with EINPROGRESS.
  if (errno == EINPROGRESS || errno == EINTR) return false;
  // EAGAIN of an IP socket: every local port towards that target is taken.
  done.error = errno == EAGAIN ? errc::address_unavailable : error_of(errno);
  return true;
}

errc connect_outcome(const descriptor& socket) {
  int failure = 0;
  socklen_t length = sizeof failure;
  if (getsockopt(socket.fd, SOL_SOCKET, SO_ERROR, &failure, &length) != 0) failure = errno;
  return failure == 0 ? errc::ok : error_of(failure);
}

errc shut_down(const descriptor& socket) { return shutdown(socket.fd, SHUT_WR) == 0 ? errc::ok : error_of(errno); }

void reset_on_close(const descriptor& socket) {
  const linger at_once{1, 0};
  setsockopt(socket.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace twinloop::real
