// Completions on their way into a process.
#include <algorithm>

#include "sim/ready.hpp"

namespace twinloop::sim {
/// Ends what the descriptor stands for, at once; ops that wait for it complete as cancelled.
void world_state::close_descriptor(process_state& of, descriptor& closed, bool reset) {
  if (closed.stream != nullptr) {
    socket& stream = *closed.stream;
    if (op* each = std::exchange(closed.receiving, nullptr)) finish_now(of, *each, stream.in, errc::cancelled);
    if (op* each = std::exchange(closed.sending, nullptr)) finish_now(of, *each, stream.out, errc::cancelled);
  }
  close(of, closed, reset);
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
    const descriptor* on = of.find_open(call.handle);
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
  if (on == nullptr || on->uses == 0 || gone.kind == op_kind::close) return;
  if (gone.kind == op_kind::recv || gone.kind == op_kind::accept) on->receive_pending = false;
  if (!end_use(*on)) return;
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

void world_state::append_completion(process_state& to, op& done) {
  descriptor* on = to.find_slot(done.handle);
  const completion made = take_result(to, done, on);
  if ((made.flags & flag_more) != 0) {
    // A multishot accept waits on, or is ready again at once. The table may have grown under the new connection.
    on = to.find_slot(done.handle);
    TWINLOOP_ASSERT(on != nullptr && on->stream != nullptr);
    op_note::set(done, op_place::parked);
    if (choose_.wants_options()) expect_op(to, done);
    if (op_note::is_last(done)) {
      finish_now(to, done, on->stream->in, errc::cancelled);
    } else {
      wait_for_readable(done, *on);
    }
  } else {
    op_note::set(done, op_place::none);
    if (done.kind == op_kind::accept) on = to.find_slot(done.handle);
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
