// Sockets from their making to their end: bind, listen, connect, shutdown, close.
#include <algorithm>

#include "sim/machine/machine.hpp"

namespace twinloop::sim {
namespace {

bool is_own_address(const machine& of, const address& at) {
  if (at.is_any() || at.is_loopback()) return true;
  return at.family == address_family::ipv4 && at.bytes == of.own.bytes;
}

/// Whether a socket bound to `at` has IPv4's addresses, too.
bool covers_ipv4(const socket& bound, const address& at) {
  return at.family == address_family::ipv6 && at.is_any() && !bound.has(socket_option::ipv6_only);
}

bool same_place(const socket& one, const address& a, const socket& other, const address& b) {
  if (a.port != b.port) return false;
  if (a.family == b.family) return a.is_any() || b.is_any() || a.bytes == b.bytes;
  return covers_ipv4(one, a) || covers_ipv4(other, b);
}

}  // namespace

socket& machines::make_socket(machine& on) {
  if (free_sockets_.empty()) {
    sockets_.push_back(std::make_unique<socket>());
    free_sockets_.push_back(sockets_.back().get());
  }
  socket& made = *free_sockets_.back();
  free_sockets_.pop_back();
  TWINLOOP_ASSERT(made.phase == socket_phase::fresh);
  made.home = &on;
  return made;
}

/// Questions about what it receives and sends are asked under names below its own.
void machines::name_directions(socket& named_one) {
  static constexpr label receiving("recv");
  static constexpr label sending("send");
  named_one.in.restart(names_.make_of_kept(named_one.node, receiving, 0)->hash);
  named_one.out.restart(names_.make_of_kept(named_one.node, sending, 0)->hash);
}

/// Back to the slab: its generation moves on, so that packets under way and peers no longer find it.
void machines::free_socket(socket& gone) {
  if (std::exchange(gone.holds_port, false)) {
    std::erase_if(gone.home->ports, [&](const bound_port& each) { return each.holder == &gone; });
  }
  gone.received.clear();
  gone.backlog.clear();
  ++gone.generation;
  gone.phase = socket_phase::fresh;
  gone.owner = nullptr;
  gone.node = nullptr;
  gone.local = gone.remote = address{};
  gone.peer = gone.listener = nullptr;
  gone.window = socket::default_window;
  gone.last_arrival = gone.not_before = 0;
  gone.unanswered = 0;
  gone.error = errc::ok;
  gone.ended = gone.broken = gone.fin_sent = gone.sender_blocked = gone.probing = false;
  gone.half_open_count = gone.backlog_limit = 0;
  std::fill(std::begin(gone.options), std::end(gone.options), 0);
  gone.option(socket_option::linger) = -1;
  free_sockets_.push_back(&gone);
}

/// Processes have given theirs back; those of handshakes that the run's end cut short belong to nobody.
void machines::free_all_sockets() {
  for (const auto& each : sockets_) {
    if (each->node != nullptr) free_socket(*each);
  }
  TWINLOOP_ASSERT(free_sockets_.size() == sockets_.size());
}

result<handle_id> machines::open_socket(descriptor_table& of, address_family family, label name, where at) {
  if (of.full()) return unexpected(errc::too_many_handles);
  if (family == address_family::none) return unexpected(errc::invalid_argument);
  handle_id id;
  descriptor& made = make_descriptor(of, descriptor_kind::socket, name, at, id);
  socket& stream = make_socket(*of.home);
  stream.owner = &of;
  stream.descriptor = descriptor_index(id);
  stream.family = family;
  stream.node = made.node;
  name_directions(stream);
  made.stream = &stream;
  return id;
}

bool machines::port_taken(const socket& by, const address& wanted) const {
  const auto& ports = by.home->ports;
  return std::any_of(ports.begin(), ports.end(), [&](const bound_port& each) {
    const bool both_reuse = each.holder->has(socket_option::reuse_port) && by.has(socket_option::reuse_port);
    return same_place(*each.holder, each.local, by, wanted) && !both_reuse;
  });
}

result<void> machines::bind(socket& bound, const address& to) {
  if (bound.phase != socket_phase::fresh) return unexpected(errc::invalid_argument);
  if (to.family != bound.family) return unexpected(errc::invalid_argument);
  machine& on = *bound.home;
  if (!is_own_address(on, to)) return unexpected(errc::address_unavailable);
  address local = to;
  if (local.port == 0) {
    do {
      local.port = on.next_port++;
      if (on.next_port < 32768 || on.next_port > 60999) on.next_port = 32768;
    } while (port_taken(bound, local));
  } else if (port_taken(bound, local)) {
    return unexpected(errc::address_in_use);
  }
  bound.local = local;
  bound.phase = socket_phase::bound;
  bound.holds_port = true;
  on.ports.push_back({local.port, local, &bound});
  return {};
}

result<void> machines::listen(socket& listening, std::size_t backlog) {
  if (listening.phase == socket_phase::fresh) {
    const address any = listening.family == address_family::ipv6 ? address::any_ipv6(0) : address::any(0);
    if (auto bound = bind(listening, any); !bound) return bound;
  }
  if (listening.phase != socket_phase::bound) return unexpected(errc::invalid_argument);
  listening.phase = socket_phase::listening;
  listening.backlog_limit = std::max<std::size_t>(1, backlog);
  return {};
}

result<void> machines::set_option(socket& of, socket_option option, std::int64_t value) {
  of.option(option) = value;
  if (option == socket_option::receive_buffer) {
    if (value <= 0) return unexpected(errc::invalid_argument);
    of.window = std::max<std::size_t>(2048, static_cast<std::size_t>(value) * 2);
  }
  return {};
}

result<address> machines::peer_address(const socket& of) const {
  if (of.phase != socket_phase::connected || of.broken) return unexpected(errc::not_connected);
  return of.remote;
}

result<void> machines::connect(socket& from, const address& to) {
  if (from.error != errc::ok) return unexpected(take_error(from));
  if (from.phase == socket_phase::connected || from.phase == socket_phase::connecting) {
    return unexpected(errc::already_connected);
  }
  if (to.family != from.family) return unexpected(errc::invalid_argument);
  address target = to;
  if (target.is_any())
    target = to.family == address_family::ipv4 ? address::loopback(to.port) : address::loopback_ipv6(to.port);
  machine* there = target.is_loopback() ? from.home : find_machine(target);
  if (there == nullptr) return unexpected(errc::network_unreachable);
  if (from.phase == socket_phase::fresh) {
    address local = target.is_loopback() ? target : from.home->own;
    local.port = from.home->next_port++;
    if (from.home->next_port > 60999) from.home->next_port = 32768;
    from.local = local;
  }
  from.remote = target;
  from.phase = socket_phase::connecting;
  send_packet(arrival_time(from, *there), event_kind::syn, from, 0);
  return unexpected(errc::would_block);
}

result<void> machines::shutdown(socket& ended) {
  if (ended.phase != socket_phase::connected || ended.broken) return unexpected(errc::not_connected);
  if (std::exchange(ended.fin_sent, true)) return {};
  if (ended.has_peer()) send_packet(arrival_time(ended, *ended.peer->home), event_kind::fin, *ended.peer);
  return {};
}

/// RST when something is unread or when asked, FIN otherwise. A socket that was still
/// connecting sends neither, but the SYN-ACK that comes then is answered by a RST.
void machines::close(socket& closed, bool reset) {
  for (socket* waiting : closed.backlog) close(*waiting, true);
  if (closed.has_peer() && closed.phase != socket_phase::fresh) {
    const bool abort = reset || closed.received.in_use() > 0 || closed.option(socket_option::linger) == 0;
    socket& peer = *closed.peer;
    if (abort) {
      send_packet(std::max(closed.last_arrival, now_ + latency_between(*closed.home, *peer.home)), event_kind::reset,
                  peer);
    } else if (!closed.fin_sent) {
      const bool gave_up = closed.phase == socket_phase::connecting;
      send_packet(arrival_time(closed, *peer.home), gave_up ? event_kind::reset : event_kind::fin, peer);
    }
  }
  free_socket(closed);
}

void machines::vanish(socket& gone) {
  expect_retransmission(gone);
  for (socket* waiting : gone.backlog) vanish(*waiting);
  free_socket(gone);
}

void machines::vanish_half_open(const machine& failed) {
  for (const auto& each : sockets_) {
    if (each->phase == socket_phase::half_open && each->home == &failed) vanish(*each);
  }
}

/// Bytes or an end that were under way to a host whose power failed were never acknowledged: the peer sends them again
/// and learns that way, once the host is up, that the connection is gone. So it is with a handshake whose last packet
/// was not sent. A peer with nothing under way hears nothing.
void machines::expect_retransmission(socket& gone) {
  constexpr std::int64_t timeout = 200'000'000;            // Linux's least retransmission time-out
  constexpr std::int64_t syn_ack_timeout = 1'000'000'000;  // and the first of a handshake
  if (!gone.has_peer() || gone.peer->probing) return;
  const bool connecting = gone.phase == socket_phase::connecting;
  const bool under_way = gone.received.in_use() > gone.received.readable() || (gone.peer->fin_sent && !gone.ended);
  if (!under_way && !connecting) return;
  gone.peer->probing = true;
  send_packet(now_ + (connecting ? syn_ack_timeout : timeout), event_kind::reset, *gone.peer, 1);
}

}  // namespace twinloop::sim
