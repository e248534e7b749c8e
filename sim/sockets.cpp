// The machine's socket calls: non-blocking, with a result at once.
#include <algorithm>

#include "sim/world_state.hpp"

namespace twinloop::sim {
namespace {

bool is_own_address(const host_state& of, const address& at) {
  if (at.is_any() || at.is_loopback()) return true;
  const address own = of.face->address(0);
  return at.family == address_family::ipv4 && at.bytes == own.bytes;
}

bool same_place(const bound_port& a, const address& b) {
  if (a.port != b.port) return false;
  if (a.local.is_any() && (a.local.family == b.family || a.holder->options[4] == 0)) return true;
  if (b.is_any()) return a.local.family == b.family;
  return a.local.family == b.family && a.local.bytes == b.bytes;
}

}  // namespace

socket& world_state::make_socket(host_state& on) {
  if (free_sockets_.empty()) {
    sockets_.push_back(std::make_unique<socket>());
    free_sockets_.push_back(sockets_.back().get());
  }
  socket& made = *free_sockets_.back();
  free_sockets_.pop_back();
  TWINLOOP_ASSERT(made.phase == socket_phase::fresh);
  made.host = &on;
  return made;
}

/// Questions about what it receives and sends are asked under names below its own.
void world_state::name_directions(socket& named_one) {
  static constexpr label receiving("recv");
  static constexpr label sending("send");
  named_one.in.restart(names_.make_of_kept(named_one.node, receiving, 0)->hash);
  named_one.out.restart(names_.make_of_kept(named_one.node, sending, 0)->hash);
}

/// Back to the slab: its generation moves on, so that packets under way and peers no longer find it.
void world_state::free_socket(socket& gone) {
  gone.received.clear();
  gone.backlog.clear();
  ++gone.generation;
  gone.phase = socket_phase::fresh;
  gone.owner = nullptr;
  gone.node = nullptr;
  gone.local = gone.remote = address{};
  gone.peer = gone.listener = nullptr;
  gone.window = socket::default_window;
  gone.last_arrival = 0;
  gone.unanswered = 0;
  gone.error = errc::ok;
  gone.ended = gone.broken = gone.fin_sent = gone.sender_blocked = gone.probing = false;
  gone.half_open_count = gone.backlog_limit = 0;
  std::fill(std::begin(gone.options), std::end(gone.options), 0);
  gone.options[static_cast<int>(socket_option::linger)] = -1;
  free_sockets_.push_back(&gone);
}

/// Processes have given theirs back; those of handshakes that the run's end cut short belong to nobody.
void world_state::free_all_sockets() {
  for (const auto& each : sockets_) {
    if (each->node != nullptr) free_socket(*each);
  }
  TWINLOOP_ASSERT(free_sockets_.size() == sockets_.size());
}

result<void> world_state::bind_socket(socket& bound, const address& to) {
  if (bound.phase != socket_phase::fresh) return unexpected(errc::invalid_argument);
  if (to.family != bound.family) return unexpected(errc::invalid_argument);
  host_state& on = *bound.host;
  if (!is_own_address(on, to)) return unexpected(errc::address_unavailable);
  address local = to;
  auto taken = [&](const address& wanted) {
    return std::any_of(on.ports.begin(), on.ports.end(), [&](const bound_port& each) {
      const bool both_reuse = each.holder->options[static_cast<int>(socket_option::reuse_port)] != 0 &&
                              bound.options[static_cast<int>(socket_option::reuse_port)] != 0;
      return same_place(each, wanted) && !both_reuse;
    });
  };
  if (local.port == 0) {
    do {
      local.port = on.next_port++;
      if (on.next_port < 32768 || on.next_port > 60999) on.next_port = 32768;
    } while (taken(local));
  } else if (taken(local)) {
    return unexpected(errc::address_in_use);
  }
  bound.local = local;
  bound.phase = socket_phase::bound;
  on.ports.push_back({local.port, local, &bound});
  return {};
}

result<void> world_state::listen_socket(socket& listening, std::size_t backlog) {
  if (listening.phase == socket_phase::fresh) {
    const address any = listening.family == address_family::ipv6 ? address::any_ipv6(0) : address::any(0);
    if (auto bound = bind_socket(listening, any); !bound) return bound;
  }
  if (listening.phase != socket_phase::bound) return unexpected(errc::invalid_argument);
  listening.phase = socket_phase::listening;
  listening.backlog_limit = std::max<std::size_t>(1, backlog);
  return {};
}

/// Copies up to `limit` bytes into the peer's ring, where they become visible when the packet arrives. Gives back how
/// many were taken; bytes to a peer that is gone are taken too, and answered by a reset.
std::size_t world_state::send_bytes(socket& from, std::span<const io_slice> slices, std::size_t limit) {
  if (!from.has_peer()) {
    if (!from.probing) {
      from.probing = true;
      host_state* there = find_host(from.remote);
      const std::int64_t round_trip = there != nullptr ? 2 * latency_between(*from.host, *there) : 2 * default_latency_;
      send_packet(now_ + round_trip, event_kind::reset, from, 1);
    }
    from.unanswered += limit;
    return limit;
  }
  socket& to = *from.peer;
  std::size_t open = limit;
  for (const io_slice& slice : slices) {
    const std::size_t part = std::min(open, slice.size);
    if (part > 0) to.received.push(slice.data, part);
    open -= part;
    if (open == 0) break;
  }
  send_packet(arrival_time(from, *to.host), event_kind::data, to, static_cast<std::uint32_t>(limit));
  return limit;
}

void world_state::shutdown_socket(socket& ended) {
  if (ended.fin_sent) return;
  ended.fin_sent = true;
  if (ended.has_peer()) send_packet(arrival_time(ended, *ended.peer->host), event_kind::fin, *ended.peer);
}

/// What close does on Linux: RST when something is unread or when asked, FIN otherwise. A socket that was still
/// connecting sends neither, but the SYN-ACK that comes then is answered by a RST.
void world_state::close_socket(socket& closed, bool reset) {
  host_state& on = *closed.host;
  if (closed.phase == socket_phase::bound || closed.phase == socket_phase::listening) {
    std::erase_if(on.ports, [&](const bound_port& each) { return each.holder == &closed; });
  }
  for (socket* waiting : closed.backlog) close_socket(*waiting, true);
  if (closed.has_peer() && closed.phase != socket_phase::fresh) {
    const bool abort =
        reset || closed.received.in_use() > 0 || closed.options[static_cast<int>(socket_option::linger)] == 0;
    socket& peer = *closed.peer;
    if (abort) {
      send_packet(std::max(closed.last_arrival, now_ + latency_between(on, *peer.host)), event_kind::reset, peer);
    } else if (!closed.fin_sent) {
      const bool gave_up = closed.phase == socket_phase::connecting;
      send_packet(arrival_time(closed, *peer.host), gave_up ? event_kind::reset : event_kind::fin, peer);
    }
  }
  free_socket(closed);
}

}  // namespace twinloop::sim
