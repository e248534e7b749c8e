// Ops on sockets, turned into calls of the machine: tried at once, and where that would block, again when the socket is
// ready. Receiving and accepting are tried at the moment of delivery, so that a completion says what is there then.
#include <algorithm>

#include "sim/ready.hpp"

namespace twinloop::sim {
namespace {

constexpr std::byte poison{0xdb};

/// Changes whenever the bytes do: the kernel checks that a pending send's bytes stay as they were. Those that a window
/// takes next are enough; large writes would cost their size squared otherwise.
std::uint64_t digest(std::span<const io_slice> slices) {
  std::uint64_t hash = 0;
  std::size_t left = socket::default_window;
  for (const io_slice& slice : slices) {
    const auto* bytes = static_cast<const unsigned char*>(slice.data);
    const std::size_t part = std::min(slice.size, left);
    for (std::size_t i = 0; i < part; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3ull;
    left -= part;
  }
  return hash;
}

}  // namespace

void world_state::submit_socket_op(process_state& of, op& started, descriptor& on) {
  socket& stream = *on.stream;
  switch (started.kind) {
    case op_kind::recv: {
      TWINLOOP_ASSERT(!on.receive_pending);  // at most one per handle and direction, until it is delivered
      auto& receive = static_cast<recv_op&>(started);
      TWINLOOP_ASSERT(receive.buffer.empty() == (receive.pool != nullptr));
      if (stream.phase != socket_phase::connected) return finish_now(of, started, stream.in, errc::not_connected);
      std::fill(receive.buffer.begin(), receive.buffer.end(), poison);
      on.receive_pending = true;
      return wait_for_readable(started, on);
    }
    case op_kind::accept:
      TWINLOOP_ASSERT(!on.receive_pending);
      if (stream.phase != socket_phase::listening) return finish_now(of, started, stream.in, errc::invalid_argument);
      on.receive_pending = true;
      return wait_for_readable(started, on);
    case op_kind::send: {
      auto& send = static_cast<send_op&>(started);
      TWINLOOP_ASSERT(on.sending == nullptr);
      on.sending = &started;
      try_send(of, on);
      if (on.sending == &started) op_note::set_count(started, static_cast<std::int64_t>(digest(send.slices)));
      return;
    }
    case op_kind::connect: {
      TWINLOOP_ASSERT(on.sending == nullptr);
      const auto begun = connect(stream, static_cast<connect_op&>(started).target);
      if (begun.error() != errc::would_block) return finish_now(of, started, stream.out, begun.error());
      on.sending = &started;
      return;
    }
    case op_kind::shutdown:
      return finish_now(of, started, stream.out, shutdown(stream).error());
    default:
      TWINLOOP_ASSERT(false);
  }
}

/// For ops that are tried when they are delivered: `waiting` is ready, or will be when there is something.
void world_state::wait_for_readable(op& waiting, descriptor& on) {
  TWINLOOP_ASSERT(on.receiving == nullptr);
  on.receiving = &waiting;
  readable_changed(*on.stream->owner, on);
}

void world_state::readable_changed(descriptor_table& of, descriptor& on) {
  if (on.receiving == nullptr || !on.stream->readable()) return;
  op& waiting = *std::exchange(on.receiving, nullptr);
  enqueue_completion(static_cast<process_state&>(of), waiting, on.stream->in);
}

/// Goes through what has become ready, and on with the ops that waited for it.
void world_state::notice_readiness() {
  for (const readiness& each : became_ready_) {
    if (each.of->owner == nullptr) continue;  // nobody has accepted it yet
    auto& of = static_cast<process_state&>(*each.of->owner);
    descriptor& on = of.descriptors[each.of->descriptor];
    if (each.reading) {
      readable_changed(of, on);
    } else if (on.sending != nullptr) {
      on.sending->kind == op_kind::connect ? connect_ended(of, on) : try_send(of, on);
    } else if (on.stream->phase != socket_phase::connected) {
      (void)take_error(*on.stream);  // of a connect that was cancelled meanwhile
    }
  }
  became_ready_.clear();
}

void world_state::connect_ended(process_state& of, descriptor& on) {
  socket& stream = *on.stream;
  const errc error = stream.phase == socket_phase::connected ? errc::ok : take_error(stream);
  finish_now(of, *std::exchange(on.sending, nullptr), stream.out, error);
}

void world_state::try_send(process_state& of, descriptor& on) {
  auto& waiting = static_cast<send_op&>(*on.sending);
  if (op_note::count(waiting) != 0) {
    TWINLOOP_ASSERT(static_cast<std::uint64_t>(op_note::count(waiting)) == digest(waiting.slices));  // must not change
  }
  const auto sent = send(*on.stream, waiting.slices);
  if (sent.error() == errc::would_block) return;
  on.sending = nullptr;
  finish_now(of, waiting, on.stream->out, sent.error(), sent ? static_cast<std::int64_t>(*sent) : 0);
}

void world_state::receive_result(recv_op& done, socket& stream, completion& made) {
  made.count = 0;
  std::span<std::byte> into = done.buffer;
  if (done.pool != nullptr && stream.received.readable() > 0) {
    const std::uint32_t index = done.pool->take();
    if (index == buffer_pool::none) {
      made.error = errc::no_buffers;
      return;
    }
    made.aux = index;
    into = done.pool->bytes(index);
  }
  const auto received = receive(stream, into);
  made.error = received.error();
  TWINLOOP_ASSERT(made.error != errc::would_block);  // it was ready, and nobody else takes from it
  if (!received) return;
  made.count = static_cast<std::int64_t>(*received);
  if (*received == 0) made.flags = flag_eof;
}

void world_state::accept_result(process_state& of, accept_op& done, socket& listener, completion& made) {
  made.count = 0;
  const auto accepted = accept(of, listener, done.name, done.made.place());
  made.error = accepted.error();
  TWINLOOP_ASSERT(made.error != errc::would_block);
  if (!accepted) return;
  made.aux = static_cast<std::uint64_t>(*accepted);
  if (done.multishot) made.flags = flag_more;
}

}  // namespace twinloop::sim
