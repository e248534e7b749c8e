// Completions on their way into a process, and the table of its handles.
#include <algorithm>

#include "sim/ready.hpp"

namespace twinloop::sim {
namespace {
/// Short transfers: all of it, one byte, half of it, all but one byte.
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

/// The lowest free descriptor, as POSIX has it. The caller has checked the limit.
descriptor& world_state::make_descriptor(process_state& of, descriptor_kind kind, label name, where at, handle_id& id) {
  std::size_t index = 0;
  while (index < of.descriptors.size() && of.descriptors[index].kind != descriptor_kind::none) ++index;
  if (index == of.descriptors.size()) of.descriptors.emplace_back();
  ++of.open_descriptors;
  descriptor& made = of.descriptors[index];
  made.kind = kind;
  made.generation = of.next_generation++;
  made.made = at;
  made.open_ops = 0;
  made.receiving = made.sending = made.closing = nullptr;
  id = static_cast<handle_id>(static_cast<std::uint64_t>(made.generation) << 32 | (index + 1));
  auto counted = std::find_if(of.names_made.begin(), of.names_made.end(),
                              [&](const auto& each) { return each.first == name.hash(); });
  if (counted == of.names_made.end()) counted = of.names_made.insert(of.names_made.end(), {name.hash(), 0});
  made.node = names_.make(of.node, name, counted->second++);
  made.asked.restart(made.node->hash);
  return made;
}

/// Ends what the descriptor stands for, at once; ops that wait for it complete as cancelled. Its place in the table is
/// free once no op of it is under way.
void world_state::close_descriptor(process_state& of, descriptor& closed, bool reset) {
  --of.open_descriptors;
  closed.kind = closed.open_ops > 0 ? descriptor_kind::closing : descriptor_kind::none;
  if (closed.stream != nullptr) {
    socket& stream = *closed.stream;
    for (op** waiting : {&closed.receiving, &closed.sending}) {
      op* each = std::exchange(*waiting, nullptr);
      if (each != nullptr)
        finish_now(of, *each, waiting == &closed.receiving ? stream.in : stream.out, errc::cancelled);
    }
    closed.stream = nullptr;
    close_socket(stream, reset);
  }
  closed.file.reset();
  renew_keys_ = true;  // ops that are to be delivered have no handle any more
}

named& world_state::asked_for(process_state& of, const name_node& base, const char* what) {
  for (call_name& each : of.call_names) {
    if (each.base == base.hash && each.what == what) return each.asked;
  }
  of.call_names.push_back({base.hash, what, {}});
  of.call_names.back().asked.restart(names_.make(&base, label(what), 0)->hash);
  return of.call_names.back().asked;
}

named& world_state::asked_for(process_state& of, const op& about) {
  if (about.kind == op_kind::file) {
    const file_request& call = static_cast<const file_op&>(about).request;
    const descriptor* on = find_descriptor(of, call.handle);
    if (on != nullptr) return asked_for(of, *on->node, name(call.call));
    for (call_name& each : of.call_names) {
      if (each.base == about.name.hash() && each.what == name(call.call)) return each.asked;
    }
    const name_node* base = names_.make(of.node, about.name, 0);
    of.call_names.push_back({about.name.hash(), name(call.call), {}});
    of.call_names.back().asked.restart(names_.make(base, label(name(call.call)), 0)->hash);
    return of.call_names.back().asked;
  }
  for (call_name& each : of.call_names) {
    if (each.base == about.name.hash() && each.what == name(about.kind)) return each.asked;
  }
  of.call_names.push_back({about.name.hash(), name(about.kind), {}});
  of.call_names.back().asked.restart(names_.make(of.node, about.name, 0)->hash);
  return of.call_names.back().asked;
}

/// One op fewer on its handle: a close that waited for the last may complete.
void world_state::op_left(process_state& of, const op& gone, descriptor* on) {
  if (on == nullptr || on->open_ops == 0 || gone.kind == op_kind::close) return;
  if (--on->open_ops > 0 || on->kind != descriptor_kind::closing) return;
  on->kind = descriptor_kind::none;
  if (op* closing = std::exchange(on->closing, nullptr)) finish_now(of, *closing, on->asked, errc::ok);
}

/// What the completion of `done` says: receiving and accepting happen here, at the moment of delivery.
completion world_state::take_result(process_state& of, op& done, descriptor* on) {
  completion made{&done, 0, op_note::error(done), op_note::count(done), 0};
  if (made.error != errc::ok) return made;
  switch (done.kind) {
    case op_kind::file:
      made.aux = static_cast<std::uint64_t>(made.count);
      if (static_cast<file_op&>(done).request.call == file_call::open) made.count = 0;
      return made;
    case op_kind::recv:
    case op_kind::accept:
      break;
    default:
      return made;
  }
  if (on == nullptr || !on->open() || on->stream == nullptr) {
    made.error = errc::cancelled;
  } else if (done.kind == op_kind::accept) {
    accept_result(of, static_cast<accept_op&>(done), *on->stream, made);
  } else {
    receive_result(static_cast<recv_op&>(done), *on->stream, made);
  }
  return made;
}

void world_state::receive_result(recv_op& done, socket& stream, completion& made) {
  made.count = 0;
  const std::size_t readable = stream.received.readable();
  if (readable == 0) {
    made.error = std::exchange(stream.error, errc::ok);
    if (made.error == errc::ok) made.flags = flag_eof;
    if (made.error != errc::ok) stream.ended = true;  // an error is reported once; after it the stream is at its end
    return;
  }
  std::span<std::byte> into = done.buffer;
  if (done.pool != nullptr) {
    const std::uint32_t index = done.pool->take();
    if (index == buffer_pool::none) {
      made.error = errc::no_buffers;
      return;
    }
    made.aux = index;
    into = done.pool->bytes(index);
  }
  std::size_t count = std::min(readable, into.size());
  count =
      shorten(count, choose_.choose(choice_kind::short_io, stream.in.hash, stream.in.short_io, short_answers(count)));
  stream.received.pop(into.data(), count);
  made.count = static_cast<std::int64_t>(count);
  if (stream.sender_blocked && stream.has_peer()) {
    stream.sender_blocked = false;
    socket& sender = *stream.peer;
    send_packet(now_ + latency_between(*stream.host, *sender.host), event_kind::window, sender);
  }
}

void world_state::accept_result(process_state& of, accept_op& done, socket& listener, completion& made) {
  made.count = 0;
  if (of.open_descriptors >= of.descriptor_limit) {
    made.error = errc::too_many_handles;
    return;
  }
  TWINLOOP_ASSERT(!listener.backlog.empty());
  socket& stream = *listener.backlog.front();
  listener.backlog.erase(listener.backlog.begin());
  handle_id id;
  const name_node* node = stream.node;
  descriptor& on = make_descriptor(of, descriptor_kind::socket, done.name, done.made.place(), id);
  on.node = node;
  on.asked.restart(node->hash);
  on.stream = &stream;
  stream.owner = &of;
  stream.descriptor = descriptor_index(id);
  made.aux = static_cast<std::uint64_t>(id);
  if (done.multishot) made.flags = flag_more;
}

void world_state::append_completion(process_state& to, op& done) {
  descriptor* on = find_slot(to, done.handle);
  const completion made = take_result(to, done, on);
  if ((made.flags & flag_more) != 0) {
    // A multishot accept waits on, or is ready again at once. The table may have grown under the new connection.
    on = find_slot(to, done.handle);
    TWINLOOP_ASSERT(on != nullptr && on->stream != nullptr);
    on->receiving = &done;
    op_note::set(done, op_place::parked);
    if (choose_.wants_options()) expect_op(to, done);
    readable_changed(*on->stream);
  } else {
    op_note::set(done, op_place::none);
    if (done.kind == op_kind::accept) on = find_slot(to, done.handle);
    op_left(to, done, on);
    job_left(to, done);
  }
  to.out[to.delivered++] = made;
}

/// Hands `first` to the process's wait, and with it as much of what else is ready for it as the batch choice says.
void world_state::deliver(process_state& to, const ready_entry& first) {
  TWINLOOP_ASSERT(to.waiting);
  auto take_one = [&](const ready_entry& entry) {
    switch (entry.kind) {
      case entry_kind::completion:
        append_completion(to, *static_cast<op*>(entry.subject));
        break;
      case entry_kind::wake:
        to.wake_ready = false;
        to.woken = true;
        break;
      default:
        to.deadline_ready = false;
        to.timers_due = true;
    }
  };
  std::uint32_t others = 0;
  for (std::size_t i = 0; i < ready_.size(); ++i) others += ready_[i].process == &to && waits(ready_[i]);
  take_one(first);
  if (others == 0) return;
  const std::uint32_t answer = choose_.choose(choice_kind::batch, to.asked.hash, to.asked.other, others + 1);
  std::uint32_t more = answer == 0 ? others : answer - 1;
  for (std::size_t i = 0; more > 0 && i < ready_.size() && to.delivered < to.out.size();) {
    if (ready_[i].process != &to || !waits(ready_[i])) {
      ++i;
      continue;
    }
    take_one(take_ready(i));
    --more;
  }
}

}  // namespace twinloop::sim
