// Bytes and connections out of and into sockets. Short transfers are choices.
#include <algorithm>

#include "sim/machine/machine.hpp"

namespace twinloop::sim {
namespace {

/// All of it, one byte, half of it, all but one byte.
std::size_t shorten(std::size_t count, std::uint32_t answer) {
  switch (answer) {
    case 1:
      return 1;
    case 2:
      return count / 2;
    case 3:
      return count - 1;
    default:
      return count;
  }
}
std::uint32_t short_answers(std::size_t count) { return count < 2 ? 1 : count < 4 ? 2 : 4; }

}  // namespace

result<std::size_t> machines::receive(socket& from, std::span<std::byte> into) {
  const std::size_t readable = from.received.readable();
  if (readable == 0) {
    if (from.error != errc::ok) return unexpected(take_error(from));
    if (from.phase == socket_phase::connecting) return unexpected(errc::would_block);
    if (from.phase != socket_phase::connected) return unexpected(errc::not_connected);
    if (!from.ended && !from.broken) return unexpected(errc::would_block);
    return std::size_t{0};
  }
  std::size_t count = std::min(readable, into.size());
  count = shorten(count, choose_.choose(choice_kind::short_io, from.in.hash, from.in.short_io, short_answers(count)));
  from.received.pop(into.data(), count);
  if (from.sender_blocked && from.has_peer()) tell_sender(from);
  return count;
}

void machines::tell_sender(socket& receiver) {
  receiver.sender_blocked = false;
  socket& sender = *receiver.peer;
  send_packet(now_ + latency_between(*receiver.home, *sender.home), event_kind::window, sender);
}

/// How many of the bytes offered the other side has room for. None: it will say when there is some.
std::size_t machines::room(socket& to, std::size_t offered) {
  if (!to.has_peer()) {  // no room: the reset that is on its way goes on with it
    return std::min(offered, socket::default_window - std::min(to.unanswered, socket::default_window));
  }
  socket& peer = *to.peer;
  const std::size_t used = peer.received.in_use();
  if (used >= peer.window) {
    peer.sender_blocked = true;
    return 0;
  }
  return std::min(offered, peer.window - used);
}

result<std::size_t> machines::send(socket& to, std::span<const io_slice> slices) {
  if (to.error != errc::ok) return unexpected(take_error(to));
  if (to.phase == socket_phase::connecting) return unexpected(errc::would_block);
  if (to.phase != socket_phase::connected) return unexpected(errc::not_connected);
  if (to.broken || to.fin_sent) return unexpected(errc::broken_pipe);
  std::size_t offered = 0;
  for (const io_slice& slice : slices) offered += slice.size;
  TWINLOOP_ASSERT(offered > 0);
  const std::size_t most = room(to, offered);
  if (most == 0) return unexpected(errc::would_block);
  const std::uint32_t answer = choose_.choose(choice_kind::short_io, to.out.hash, to.out.short_io, short_answers(most));
  return send_bytes(to, slices, shorten(most, answer));
}

/// Copies up to `limit` bytes into the peer's ring, where they become visible when the packet arrives. Gives back how
/// many were taken; bytes to a peer that is gone are taken too, and answered by a reset.
std::size_t machines::send_bytes(socket& from, std::span<const io_slice> slices, std::size_t limit) {
  if (!from.has_peer()) {
    if (!from.probing) {
      from.probing = true;
      machine* there = find_machine(from.remote);
      const std::int64_t round_trip = there != nullptr ? 2 * latency_between(*from.home, *there) : 2 * default_latency_;
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
  send_packet(arrival_time(from, *to.home), event_kind::data, to, static_cast<std::uint32_t>(limit));
  return limit;
}

result<handle_id> machines::accept(descriptor_table& of, socket& listener, label name, where at) {
  if (listener.phase != socket_phase::listening) return unexpected(errc::invalid_argument);
  if (of.full()) return unexpected(errc::too_many_handles);
  if (listener.backlog.empty()) return unexpected(errc::would_block);
  socket& stream = *listener.backlog.front();
  listener.backlog.erase(listener.backlog.begin());
  handle_id id;
  const name_node* node = stream.node;
  descriptor& on = make_descriptor(of, descriptor_kind::socket, name, at, id);
  on.node = node;
  on.asked.restart(node->hash);
  on.stream = &stream;
  stream.owner = &of;
  stream.descriptor = descriptor_index(id);
  return id;
}

}  // namespace twinloop::sim
