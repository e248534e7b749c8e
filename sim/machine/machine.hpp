// The simulated machines and the network between them: POSIX objects behind descriptors, calls on them that never wait,
// and packets under way. This layer knows no op, loop or process: what turns ops into calls, and waits and tries again
// where a call would block, is sim/socket_ops.cpp, and the world that picks what happens next stands above both.
//
// Calls give a result at once, or errc::would_block where a real kernel's non-blocking call says EAGAIN, or EINPROGRESS
// of a connect. Whoever lets time pass sets now_, takes what is due from events_ and gives packets to handle_packet(),
// after which `became_ready_` has the sockets that are worth trying again. Errors are those of the POSIX call of the
// same name where errc has them; what broke a connection, or refused it, is told once, to whichever call comes first.
// What a real kernel is free to do is asked of choose_: how many bytes a transfer moves, how long a packet travels.
// References: a socket& lasts until the socket is closed, and is another's after that; a descriptor& until the table it
// stands in grows, which open_socket, accept and the opening of a file may make it do.
#ifndef TWINLOOP_SIM_MACHINE_MACHINE_HPP
#define TWINLOOP_SIM_MACHINE_MACHINE_HPP

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/chooser.hpp"
#include "sim/event_queue.hpp"
#include "sim/machine/descriptors.hpp"
#include "sim/machine/disk.hpp"
#include "sim/machine/socket.hpp"
#include "sim/names.hpp"
#include "twinloop/address.hpp"
#include "twinloop/kernel.hpp"

namespace twinloop::sim {

struct bound_port {
  std::uint16_t port = 0;
  address local{};
  socket* holder = nullptr;
};

/// One computer: its addresses, ports and disk.
struct machine {
  void forget();

  std::string text;
  const name_node* node = nullptr;
  named asked{};
  address own{};                   // its address, beside loopback
  std::vector<std::string> names;  // that it can be looked up by, beside `text`
  disk files;
  std::vector<bound_port> ports;
  std::uint16_t next_port = 32768;
  std::uint32_t descriptor_limit = 1024;  // of each of its processes
  bool down = false;                      // its power failed, and nothing has started on it since
};

struct network_link {
  machine* a = nullptr;
  machine* b = nullptr;
  std::int64_t latency = -1;  // -1: the default
  bool cut = false;
  std::vector<scheduled> stalled;
};

/// A socket whose owner may have waited for that.
struct readiness {
  socket* of = nullptr;
  bool reading = false;  // else writing, which the end of a connect is, too
};

/// What one packet has made ready, oldest first: at most that a socket can be read, and written.
class readiness_list {
 public:
  void push(const readiness& added) {
    TWINLOOP_ASSERT(count_ < std::size(entries_));
    entries_[count_++] = added;
  }
  void clear() { count_ = 0; }
  const readiness* begin() const { return entries_; }
  const readiness* end() const { return entries_ + count_; }

 private:
  readiness entries_[2];
  std::uint32_t count_ = 0;
};

struct machines {
  // ---- descriptors.cpp
  /// The caller has checked that the table is not full, and says what the descriptor stands for.
  descriptor& make_descriptor(descriptor_table& of, descriptor_kind kind, label name, where at, handle_id& id);
  /// Of what is open; `reset` as for a socket. Who uses it still has its place until end_use().
  void close(descriptor_table& of, descriptor& closed, bool reset);
  /// One use fewer. True: it was the last of a closed descriptor, and its place may be another's from now on.
  bool end_use(descriptor& used);

  // ---- sockets.cpp
  /// Errors: too_many_handles, invalid_argument.
  result<handle_id> open_socket(descriptor_table& of, address_family family, label name, where at);
  /// Port 0 is any free one. Errors: invalid_argument, address_unavailable, address_in_use.
  result<void> bind(socket& bound, const address& to);
  /// Binds to any address if need be. As on Linux there is room for one connection more than `backlog`, which is at
  /// least 1. Errors: invalid_argument, and those of bind.
  result<void> listen(socket& listening, std::size_t backlog);
  /// Errors: invalid_argument.
  result<void> set_option(socket& of, socket_option option, std::int64_t value);
  /// Errors: not_connected.
  result<address> peer_address(const socket& of) const;
  /// Never succeeds at once: would_block, and then the socket becomes writable when the handshake is over, connected or
  /// with a pending error. Errors: already_connected, invalid_argument, network_unreachable, a pending error.
  result<void> connect(socket& from, const address& to);
  /// Ends the sending direction; a second time it does nothing. Errors: not_connected.
  result<void> shutdown(socket& ended);
  /// Takes the pending error, as SO_ERROR does; ok if there is none.
  errc take_error(socket& of) { return std::exchange(of.error, errc::ok); }
  /// What close does on Linux: a reset if something is unread or `reset` asks for it, else an end. Of a listener also
  /// what waits in its backlog.
  void close(socket& closed, bool reset);
  /// Instead of close where its machine's power failed: no packet leaves, and the other side learns of it, if at all,
  /// by what it sends again.
  void vanish(socket& gone);
  /// The same of the handshakes under way of such a machine.
  void vanish_half_open(const machine& failed);

  // ---- streams.cpp
  /// Bytes moved, at least one if `into` has room; 0 = the other side has ended, or the connection broke and that was
  /// told. What had arrived comes before an error. Errors: not_connected, would_block, a pending error.
  result<std::size_t> receive(socket& from, std::span<std::byte> into);
  /// Bytes taken, at least one; the slices together are not empty. Those to a peer that is gone are taken, too, and
  /// answered by a reset. Errors: not_connected, broken_pipe, would_block, a pending error.
  result<std::size_t> send(socket& to, std::span<const io_slice> slices);
  /// The oldest connection of a backlog, as a descriptor of `of`.
  /// Errors: invalid_argument of what does not listen, too_many_handles (the connection stays), would_block.
  result<handle_id> accept(descriptor_table& of, socket& listener, label name, where at);

  // ---- files.cpp
  /// Count for transfers, handle_id for open, else 0. Errors: those of disk, bad_handle, too_many_handles.
  result<std::int64_t> perform_file(descriptor_table& of, const file_request& call, where at);

  // ---- network.cpp
  /// nullptr if no machine has that address.
  machine* find_machine(const address& at);
  /// nullptr if nothing was ever said about the link between them.
  network_link* find_link(const machine& a, const machine& b);
  /// In the order in which machines were added. Errors: name_not_found.
  result<std::vector<address>> look_up(std::string_view name, std::uint16_t port, address_family family);
  /// A packet that is due arrives, or is held up at a link that is cut.
  void handle_packet(const scheduled& packet);
  /// What was held up arrives one latency from now, in its order, and before whatever is on its way to the same socket.
  void heal(network_link& healed);
  /// All is as new, but for memory. Processes have closed what they had.
  void forget();

  /// Civil time in nanoseconds since 1970. It begins at the same moment in every run: 2023-11-14 22:13:20 UTC.
  std::int64_t civil_time() const { return 1'700'000'000'000'000'000 + now_; }

  chooser choose_;
  name_arena names_;
  event_queue events_;
  std::int64_t now_ = 0;
  std::vector<machine*> machines_;
  std::vector<std::unique_ptr<network_link>> links_;
  std::vector<std::unique_ptr<socket>> sockets_;
  readiness_list became_ready_;  // by the last packet; whoever gives packets empties it after each
  std::int64_t default_latency_ = 100'000;
  std::int64_t local_latency_ = 10'000;

 private:
  socket& make_socket(machine& on);
  void free_socket(socket& gone);
  void name_directions(socket& named_one);
  bool port_taken(const socket& by, const address& wanted) const;
  inline std::size_t room(socket& to, std::size_t offered);
  inline std::size_t send_bytes(socket& from, std::span<const io_slice> slices, std::size_t limit);
  void tell_sender(socket& receiver);
  result<std::int64_t> open_file_call(descriptor_table& of, const file_request& call, where at);
  result<std::int64_t> handle_call(descriptor_table& of, const file_request& call);
  std::int64_t latency_between(const machine& a, const machine& b);
  std::int64_t arrival_time(socket& from, const machine& to);
  static bool reaches(const address& target, const socket& bound, const address& local);
  inline bool stalls(const scheduled& packet, const socket& to);
  void arrive_syn(socket& from, const scheduled& packet);
  void arrive_reset(socket& to, const scheduled& packet);
  void establish(socket& to);
  void join_backlog(socket& made);
  void free_all_sockets();
  void send_packet(std::int64_t at, event_kind kind, socket& to, std::uint32_t value = 0) {
    events_.push(at, kind, &to, to.generation, value);
  }
  void break_connection(socket& broken, errc error);
  void drop_half_open(socket& dropped);
  void expect_retransmission(socket& gone);
  void became_readable(socket& which) { became_ready_.push({&which, true}); }
  void became_writable(socket& which) { became_ready_.push({&which, false}); }

  std::vector<socket*> free_sockets_;
};

}  // namespace twinloop::sim

#endif
