// One attempt at each socket operation: the system call, what it says about readiness, and the completion if there is
// one. Nothing here waits, queues or knows epoll.
#ifndef TWINLOOP_REAL_SOCKET_CALLS_HPP
#define TWINLOOP_REAL_SOCKET_CALLS_HPP

#include "real/descriptor_table.hpp"
#include "twinloop/kernel.hpp"
#include "twinloop/op.hpp"

namespace twinloop::real {

// Each fills `done` (but not its target) and returns true, or returns false: nothing to do until the next event.
bool attempt_receive(descriptor& from, recv_op& wanted, completion& done);
bool attempt_send(descriptor& to, send_op& wanted, completion& done);
/// A connection goes into `table`; without room for it (too_many_handles) it stays in the listener's queue.
bool attempt_accept(const descriptor& listener, descriptor_table& table, completion& done);
/// False: the connection is being made, and the socket becomes writable when that is over.
bool begin_connect(descriptor& socket, connect_op& wanted, completion& done);
/// How the connection attempt ended, once the socket was reported writable or broken.
errc connect_outcome(const descriptor& socket);
errc shut_down(const descriptor& socket);
/// The next close sends RST and drops what was not sent.
void reset_on_close(const descriptor& socket);

/// A new stream socket, non-blocking and closed on exec; the file descriptor.
result<int> make_socket(address_family family);
result<void> bind_socket(descriptor& socket, const address& local);
result<void> listen_socket(descriptor& socket, std::int64_t backlog);
result<address> local_address(const descriptor& socket);
result<address> peer_address(const descriptor& socket);
result<void> set_option(descriptor& socket, socket_option option, std::int64_t value);
result<std::int64_t> get_option(const descriptor& socket, socket_option option);

}  // namespace twinloop::real

#endif
