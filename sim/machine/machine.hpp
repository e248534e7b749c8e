// The simulated machines and the network between them: POSIX objects behind descriptors, calls on them that never wait,
// and packets under way. This layer knows no op, loop or process: what turns ops into calls, and waits and tries again
// where a call would block, is sim/socket_ops.cpp, and the world that picks what happens next stands above both.
//
// Calls give a result at once, or errc::would_block. Whoever lets time pass sets now_,
// takes what is due from events_ and gives packets to handle_packet(), after which `became_ready_` has the sockets that
// are worth trying again. Errors are those of the POSIX call of the same name.
// What a real kernel is free to do is asked of choose_: how many bytes a transfer moves, how long a packet travels.
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
  void forget();

  // ---- descriptors.cpp
  descriptor& make_descriptor(descriptor_table& of, descriptor_kind kind, label name, where at, handle_id& id);
  void close(descriptor_table& of, descriptor& closed, bool reset);
  bool end_use(descriptor& used);

  // ---- sockets.cpp
  result<handle_id> open_socket(descriptor_table& of, address_family family, label name, where at);
  result<void> bind(socket& bound, const address& to);
  result<void> listen(socket& listening, std::size_t backlog);
  result<void> set_option(socket& of, socket_option option, std::int64_t value);
  result<address> peer_address(const socket& of) const;
  result<void> connect(socket& from, const address& to);
  result<void> shutdown(socket& ended);
  void close(socket& closed, bool reset);
  void vanish(socket& gone);
  void vanish_half_open(const machine& failed);
  errc take_error(socket& of) { return std::exchange(of.error, errc::ok); }
  void free_all_sockets();

  // ---- streams.cpp
  result<std::size_t> receive(socket& from, std::span<std::byte> into);
  result<std::size_t> send(socket& to, std::span<const io_slice> slices);
  result<handle_id> accept(descriptor_table& of, socket& listener, label name, where at);

  // ---- files.cpp
  result<std::int64_t> perform_file(descriptor_table& of, const file_request& call, where at);

  // ---- network.cpp
  machine* find_machine(const address& at);
  network_link* find_link(const machine& a, const machine& b);
  result<std::vector<address>> look_up(std::string_view name, std::uint16_t port, address_family family);
  void handle_packet(const scheduled& packet);
  void heal(network_link& healed);

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
