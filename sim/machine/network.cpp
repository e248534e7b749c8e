// Packets: connecting, data, ends and resets on their way between sockets; who is where, and for how long they travel.
#include <algorithm>

#include "sim/machine/machine.hpp"

namespace twinloop::sim {
namespace {
constexpr std::int64_t second = 1'000'000'000;
constexpr std::uint32_t syn_attempts = 6;      // Linux's default: gives up after 1+2+4+...+64 s
constexpr std::uint32_t syn_ack_attempts = 6;  // Linux's default: gives up after 1+2+4+...+32 s
constexpr std::uint32_t probe_attempts = 15;   // of sending to a host that is down
}  // namespace

void machine::forget() {
  names.clear();
  files.clear();
  ports.clear();
  next_port = 32768;
  descriptor_limit = 1024;
  down = false;
}

void machines::forget() {
  free_all_sockets();
  machines_.clear();
  links_.clear();
  events_.clear();
  names_.clear();
  became_ready_.clear();
  now_ = 0;
  default_latency_ = 100'000;
  local_latency_ = 10'000;
}

machine* machines::find_machine(const address& at) {
  for (machine* each : machines_) {
    if (at.family == address_family::ipv4 && each->own.bytes == at.bytes) return each;
  }
  return nullptr;
}

result<std::vector<address>> machines::look_up(std::string_view name, std::uint16_t port, address_family family) {
  const bool four = family != address_family::ipv6;
  const bool six = family != address_family::ipv4;
  std::vector<address> found;
  if (auto numeric = address::parse(name, port)) {
    numeric->port = port;
    if (family == address_family::none || family == numeric->family) found.push_back(*numeric);
  } else if (name == "localhost") {
    if (four) found.push_back(address::loopback(port));
    if (six) found.push_back(address::loopback_ipv6(port));
  } else if (four) {  // machines have IPv4 addresses
    for (const machine* each : machines_) {
      const bool known =
          each->text == name || std::find(each->names.begin(), each->names.end(), name) != each->names.end();
      if (!known) continue;
      found.push_back(each->own);
      found.back().port = port;
    }
  }
  if (found.empty()) return unexpected(errc::name_not_found);
  return found;
}

network_link* machines::find_link(const machine& a, const machine& b) {
  for (auto& each : links_) {
    if ((each->a == &a && each->b == &b) || (each->a == &b && each->b == &a)) return each.get();
  }
  return nullptr;
}

std::int64_t machines::latency_between(const machine& a, const machine& b) {
  if (!links_.empty()) {
    const network_link* link = find_link(a, b);
    if (link != nullptr && link->latency >= 0) return link->latency;
  }
  return &a == &b ? local_latency_ : default_latency_;
}

/// When a packet that `from` sends now arrives: its latency is a choice, and packets of one direction keep their order.
std::int64_t machines::arrival_time(socket& from, const machine& to) {
  const std::int64_t least = latency_between(*from.home, to);
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

/// Whether a connection to `target` is one to what is bound to `local`, which has the same port.
bool machines::reaches(const address& target, const socket& bound, const address& local) {
  if (target.family == local.family) return local.is_any() || local.bytes == target.bytes;
  return target.family == address_family::ipv4 && local.is_any() && !bound.has(socket_option::ipv6_only);
}

/// A connection request reaches the host it is for.
void machines::arrive_syn(socket& from, const scheduled& packet) {
  machine& there = from.remote.is_loopback() ? *from.home : *find_machine(from.remote);
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
    if (reaches(from.remote, *each.holder, each.local)) listener = each.holder;
  }
  const std::int64_t back = latency_between(there, *from.home);
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

/// Whether the packet has to wait until a link is healed.
bool machines::stalls(const scheduled& packet, const socket& to) {
  if (links_.empty() || packet.kind() == event_kind::refused) return false;
  const machine* other = to.has_peer() ? to.peer->home : find_machine(to.remote);
  network_link* between = other != nullptr ? find_link(*to.home, *other) : nullptr;
  if (between == nullptr || !between->cut) return false;
  between->stalled.push_back(packet);
  return true;
}

void machines::handle_packet(const scheduled& packet) {
  socket& to = *static_cast<socket*>(packet.subject);
  if ((to.generation & event_generation_mask) != packet.generation()) return;  // closed meanwhile
  if (stalls(packet, to)) return;
  if (now_ < to.not_before) {  // it was under way when the link was healed, and those before it are still to come
    return events_.push(to.not_before, packet.kind(), &to, packet.generation(), packet.value);
  }
  switch (packet.kind()) {
    case event_kind::data:
      to.received.arrive(packet.value);
      return became_readable(to);
    case event_kind::fin:
      to.ended = true;
      return became_readable(to);
    case event_kind::reset:
      return arrive_reset(to, packet);
    case event_kind::syn:
      return arrive_syn(to, packet);
    case event_kind::established:
      return establish(to);
    case event_kind::acknowledged:
      return join_backlog(to);
    case event_kind::refused:  // `error` says why
      to.phase = to.holds_port ? socket_phase::bound : socket_phase::fresh;
      return became_writable(to);
    case event_kind::window:
      return became_writable(to);
    default:
      TWINLOOP_ASSERT(false);
  }
}

/// From a machine whose end of the connection is gone; one that is down cannot answer, so that it is asked again.
void machines::arrive_reset(socket& to, const scheduled& packet) {
  const machine* other = packet.value > 0 ? find_machine(to.remote) : nullptr;  // 0: sent by what closed that end
  if (other == nullptr || !other->down) return break_connection(to, errc::connection_reset);
  const bool handshake = to.phase == socket_phase::half_open;  // what is sent again is a SYN-ACK
  const std::uint32_t attempts = handshake ? syn_ack_attempts : probe_attempts;
  if (packet.value >= attempts) return break_connection(to, errc::timed_out);
  const std::int64_t pause = handshake ? second << packet.value : second;
  send_packet(now_ + pause, event_kind::reset, to, packet.value + 1);
}

/// The connecting side has its answer.
void machines::establish(socket& to) {
  to.phase = socket_phase::connected;
  if (to.has_peer()) send_packet(arrival_time(to, *to.peer->home), event_kind::acknowledged, *to.peer);
  became_writable(to);
}

/// The listening side knows that the other one is connected.
void machines::join_backlog(socket& made) {
  made.phase = socket_phase::connected;
  socket& listener = *made.listener;
  if (listener.generation != made.listener_generation) return close(made, true);
  --listener.half_open_count;
  listener.backlog.push_back(&made);
  became_readable(listener);
}

/// The connection is over for this end: both directions fail, once what has arrived was read (as on Linux).
void machines::break_connection(socket& broken, errc error) {
  if (broken.phase == socket_phase::half_open) return drop_half_open(broken);
  if (broken.broken) return;
  broken.broken = true;
  // Linux knows no reset after the other side's end: sending fails as any after the end does, and reading ends.
  const bool told = broken.ended && error == errc::connection_reset;
  broken.error = told ? errc::ok : error;
  broken.received.drop_under_way();
  broken.peer = nullptr;
  ++broken.generation;  // packets under way no longer find it
  became_readable(broken);
  became_writable(broken);
}

/// No program has heard of it yet, nor will: its place in the listener's queue is free for another.
void machines::drop_half_open(socket& dropped) {
  socket& listener = *dropped.listener;
  if (listener.generation == dropped.listener_generation) --listener.half_open_count;
  free_socket(dropped);
}

void machines::heal(network_link& healed) {
  healed.cut = false;
  std::int64_t at = now_ + latency_between(*healed.a, *healed.b);
  for (const scheduled& packet : healed.stalled) {
    socket& to = *static_cast<socket*>(packet.subject);
    if ((to.generation & event_generation_mask) == packet.generation()) to.not_before = at;
    events_.push(at, packet.kind(), packet.subject, packet.generation(), packet.value);
  }
  healed.stalled.clear();
}

}  // namespace twinloop::sim
