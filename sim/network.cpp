// Packets: connecting, data, ends and resets on their way between sockets.
#include <algorithm>

#include "sim/ready.hpp"

namespace twinloop::sim {
namespace {
constexpr std::int64_t second = 1'000'000'000;
constexpr std::uint32_t syn_attempts = 6;      // Linux's default: gives up after 1+2+4+...+64 s
constexpr std::uint32_t syn_ack_attempts = 6;  // Linux's default: gives up after 1+2+4+...+32 s
constexpr std::uint32_t probe_attempts = 15;   // of sending to a host that is down
}  // namespace

host_state* world_state::find_host(const address& at) {
  for (std::size_t i = 0; i < hosts_used_; ++i) {
    if (at.family == address_family::ipv4 && hosts_[i]->face->address(0).bytes == at.bytes) return hosts_[i].get();
  }
  return nullptr;
}

link_state* world_state::find_link(const host_state& a, const host_state& b) {
  for (auto& each : links_) {
    if ((each->a == &a && each->b == &b) || (each->a == &b && each->b == &a)) return each.get();
  }
  return nullptr;
}

std::int64_t world_state::latency_between(const host_state& a, const host_state& b) {
  if (!links_.empty()) {
    const link_state* link = find_link(a, b);
    if (link != nullptr && link->latency >= 0) return link->latency;
  }
  return &a == &b ? local_latency_ : default_latency_;
}

/// When a packet that `from` sends now arrives: its latency is a choice, and packets of one direction keep their order.
std::int64_t world_state::arrival_time(socket& from, const host_state& to) {
  const std::int64_t least = latency_between(*from.host, to);
  std::int64_t travel = least;
  switch (choose_.choose(choice_kind::latency, from.out.hash, from.out.latency, 4)) {
    case 1:
      travel += least / 4;
      break;
    case 2:
      travel += least * 2;
      break;
    case 3:
      travel += least * 20;
      break;
    default:
      break;
  }
  from.last_arrival = std::max(from.last_arrival, now_ + travel);
  return from.last_arrival;
}

void world_state::start_connect(socket& from, const address& to) {
  descriptor& on = from.owner->descriptors[from.descriptor];
  auto refuse = [&](errc error) {
    op& failed = *std::exchange(on.sending, nullptr);
    finish_now(*from.owner, failed, from.out, error);
  };
  if (from.phase == socket_phase::connected || from.phase == socket_phase::connecting) {
    return refuse(errc::already_connected);
  }
  if (to.family != from.family) return refuse(errc::invalid_argument);
  address target = to;
  if (target.is_any())
    target = to.family == address_family::ipv4 ? address::loopback(to.port) : address::loopback_ipv6(to.port);
  host_state* there = target.is_loopback() ? from.host : find_host(target);
  if (there == nullptr) return refuse(errc::network_unreachable);
  if (from.phase == socket_phase::fresh) {
    address local = target.is_loopback() ? target : from.host->face->address(0);
    local.port = from.host->next_port++;
    if (from.host->next_port > 60999) from.host->next_port = 32768;
    from.local = local;
  }
  from.remote = target;
  from.phase = socket_phase::connecting;
  send_packet(arrival_time(from, *there), event_kind::syn, from, 0);
}

/// A connection request reaches the host it is for.
void world_state::arrive_syn(socket& from, const scheduled& packet) {
  host_state& there = from.remote.is_loopback() ? *from.host : *find_host(from.remote);
  auto try_again = [&] {
    if (packet.value >= syn_attempts) {
      from.error = errc::timed_out;
      send_packet(now_, event_kind::refused, from);
    } else {
      send_packet(now_ + (second << packet.value), event_kind::syn, from, packet.value + 1);
    }
  };
  if (there.down) return try_again();
  socket* listener = nullptr;
  for (const bound_port& each : there.ports) {
    if (each.port != from.remote.port || each.holder->phase != socket_phase::listening) continue;
    const bool fits = each.local.family == from.remote.family || each.holder->options[4] == 0;
    const bool same =
        each.local.is_any() || (each.local.family == from.remote.family && each.local.bytes == from.remote.bytes);
    if (fits && same) listener = each.holder;
  }
  const std::int64_t back = latency_between(there, *from.host);
  if (listener == nullptr) {
    from.error = errc::connection_refused;
    return send_packet(now_ + back, event_kind::refused, from);
  }
  if (listener->backlog.size() + listener->half_open_count > listener->backlog_limit) return try_again();
  socket& made = make_socket(there);
  made.phase = socket_phase::half_open;
  made.family = from.family;
  made.local = from.remote;
  made.remote = from.local;
  made.window = listener->window;
  made.node = names_.make_of_kept(listener->node->parent, listener->node->text, listener->node->ordinal, from.node);
  name_directions(made);
  made.peer = &from;
  made.peer_generation = from.generation;
  made.listener = listener;
  made.listener_generation = listener->generation;
  ++listener->half_open_count;
  from.peer = &made;
  from.peer_generation = made.generation;
  send_packet(now_ + back, event_kind::established, from);
}

void world_state::handle_packet(const scheduled& packet) {
  socket& to = *static_cast<socket*>(packet.subject);
  if ((to.generation & event_generation_mask) != packet.generation()) return;  // closed meanwhile
  if (!links_.empty() && packet.kind() != event_kind::refused) {
    host_state* other = to.has_peer() ? to.peer->host : find_host(to.remote);
    link_state* link = other != nullptr ? find_link(*to.host, *other) : nullptr;
    if (link != nullptr && link->cut) {
      link->stalled.push_back(packet);
      return;
    }
  }
  switch (packet.kind()) {
    case event_kind::data:
      to.received.arrive(packet.value);
      return readable_changed(to);
    case event_kind::fin:
      to.ended = true;
      return readable_changed(to);
    case event_kind::reset:
      if (packet.value > 0) {  // from a host whose end is gone; a host that is down cannot answer
        host_state* other = find_host(to.remote);
        if (other != nullptr && other->down) {
          const bool handshake = to.phase == socket_phase::half_open;  // what is sent again is a SYN-ACK
          const std::uint32_t attempts = handshake ? syn_ack_attempts : probe_attempts;
          if (packet.value >= attempts) return break_connection(to, errc::timed_out);
          const std::int64_t pause = handshake ? second << packet.value : second;
          return send_packet(now_ + pause, event_kind::reset, to, packet.value + 1);
        }
      }
      return break_connection(to, errc::connection_reset);
    case event_kind::syn:
      return arrive_syn(to, packet);
    case event_kind::established: {
      to.phase = socket_phase::connected;
      if (to.has_peer()) send_packet(arrival_time(to, *to.peer->host), event_kind::acknowledged, *to.peer);
      descriptor& on = to.owner->descriptors[to.descriptor];
      if (on.sending != nullptr) finish_now(*to.owner, *std::exchange(on.sending, nullptr), to.out, errc::ok);
      return;
    }
    case event_kind::acknowledged: {
      to.phase = socket_phase::connected;
      socket& listener = *to.listener;
      if (listener.generation != to.listener_generation) return close_socket(to, true);
      --listener.half_open_count;
      listener.backlog.push_back(&to);
      return readable_changed(listener);
    }
    case event_kind::refused: {
      to.phase = socket_phase::fresh;
      descriptor& on = to.owner->descriptors[to.descriptor];
      const errc error = std::exchange(to.error, errc::ok);
      if (on.sending != nullptr) finish_now(*to.owner, *std::exchange(on.sending, nullptr), to.out, error);
      return;
    }
    case event_kind::window:
      return writable_changed(to);
    default:
      TWINLOOP_ASSERT(false);
  }
}

/// The connection is over for this end: both directions fail, once what has arrived was read (as on Linux).
void world_state::break_connection(socket& broken, errc error) {
  if (broken.phase == socket_phase::half_open) return drop_half_open(broken);
  if (broken.broken) return;
  broken.broken = true;
  broken.error = error;
  broken.received.drop_under_way();
  broken.peer = nullptr;
  ++broken.generation;  // packets under way no longer find it
  readable_changed(broken);
  if (broken.owner != nullptr && broken.owner->descriptors[broken.descriptor].sending != nullptr) {
    writable_changed(broken);
  }
}

/// No program has heard of it yet, nor will: its place in the listener's queue is free for another.
void world_state::drop_half_open(socket& dropped) {
  socket& listener = *dropped.listener;
  if (listener.generation == dropped.listener_generation) --listener.half_open_count;
  free_socket(dropped);
}

void world_state::heal_link(link_state& healed) {
  healed.cut = false;
  std::int64_t at = now_ + latency_between(*healed.a, *healed.b);
  for (const scheduled& packet : healed.stalled) {
    events_.push(at, packet.kind(), packet.subject, packet.generation(), packet.value);
  }
  healed.stalled.clear();
}

}  // namespace twinloop::sim
