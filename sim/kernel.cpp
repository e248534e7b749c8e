// The seam's verbs for one simulated process.
#include "sim/kernel.hpp"

#include <algorithm>

#include "loop/race_checks.hpp"
#include "sim/ready.hpp"

namespace twinloop::sim {
namespace {
constexpr std::int64_t wall_epoch = 1'700'000'000'000'000'000;  // 2023-11-14 22:13:20 UTC, the same in every run
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

void kernel_of_process::submit(op& started) {
  process_state& p = *process_;
  world_state& w = *p.world;
  w.check_killed(p);
  started.kernel_word[0] = 0;
  started.kernel_word[1] = 0;
  op_note::set(started, op_place::parked);
  if (w.choose_.wants_options()) w.expect_op(p, started);
  if (w.choose_.wants_touches()) {
    const descriptor* touched = w.find_descriptor(p, started.handle);
    if (touched != nullptr && touched->stream != nullptr) w.touch_handle(*touched);
    if (started.kind == op_kind::connect) w.touch_endpoint(*p.host, static_cast<connect_op&>(started).target);
  }
  if (started.kind == op_kind::file || started.kind == op_kind::resolve || started.kind == op_kind::work) {
    if (descriptor* on = w.find_descriptor(p, started.handle)) ++on->open_ops;
    return w.submit_pool_op(p, started);
  }
  descriptor* on = w.find_descriptor(p, started.handle);
  if (on == nullptr || (on->stream == nullptr && started.kind != op_kind::close)) {
    return w.finish_now(p, started, w.asked_for(p, started), errc::bad_handle);
  }
  if (started.kind == op_kind::close) {
    descriptor& closed = *on;
    const bool busy = closed.open_ops > 0;
    if (busy) closed.closing = &started;
    w.close_descriptor(p, closed, static_cast<close_op&>(started).reset);
    if (!busy) w.finish_now(p, started, closed.asked, errc::ok);
    return;
  }
  ++on->open_ops;
  w.submit_socket_op(p, started, *on);
}

void world_state::submit_socket_op(process_state& of, op& started, descriptor& on) {
  socket& stream = *on.stream;
  switch (started.kind) {
    case op_kind::recv: {
      auto& receive = static_cast<recv_op&>(started);
      TWINLOOP_ASSERT(receive.buffer.empty() == (receive.pool != nullptr));
      TWINLOOP_ASSERT(on.receiving == nullptr);
      if (stream.phase != socket_phase::connected) return finish_now(of, started, stream.in, errc::not_connected);
      std::fill(receive.buffer.begin(), receive.buffer.end(), poison);
      on.receiving = &started;
      return readable_changed(stream);
    }
    case op_kind::accept:
      TWINLOOP_ASSERT(on.receiving == nullptr);
      if (stream.phase != socket_phase::listening) return finish_now(of, started, stream.in, errc::invalid_argument);
      on.receiving = &started;
      return readable_changed(stream);
    case op_kind::send: {
      auto& send = static_cast<send_op&>(started);
      TWINLOOP_ASSERT(on.sending == nullptr);
      on.sending = &started;
      writable_changed(stream);
      if (on.sending == &started) op_note::set_count(started, static_cast<std::int64_t>(digest(send.slices)));
      return;
    }
    case op_kind::connect:
      TWINLOOP_ASSERT(on.sending == nullptr);
      on.sending = &started;
      return start_connect(stream, static_cast<connect_op&>(started).target);
    case op_kind::shutdown:
      if (stream.phase != socket_phase::connected || stream.broken) {
        return finish_now(of, started, stream.out, errc::not_connected);
      }
      shutdown_socket(stream);
      return finish_now(of, started, stream.out, errc::ok);
    default:
      TWINLOOP_ASSERT(false);
  }
}

/// Something was received, or the other side ended: the waiting recv or accept becomes ready.
void world_state::readable_changed(socket& changed) {
  if (changed.owner == nullptr) return;
  descriptor& on = changed.owner->descriptors[changed.descriptor];
  if (on.receiving == nullptr) return;
  const bool ready = changed.phase == socket_phase::listening ? !changed.backlog.empty() : changed.readable();
  if (!ready) return;
  op& waiting = *std::exchange(on.receiving, nullptr);
  enqueue_completion(*changed.owner, waiting, changed.in);
}

/// There may be room now, or the connection broke: the waiting send goes on.
void world_state::writable_changed(socket& changed) {
  if (changed.owner == nullptr) return;
  process_state& of = *changed.owner;
  descriptor& on = of.descriptors[changed.descriptor];
  if (on.sending == nullptr || on.sending->kind != op_kind::send) return;
  auto& waiting = static_cast<send_op&>(*on.sending);
  auto finish = [&](errc error, std::size_t count) {
    on.sending = nullptr;
    finish_now(of, waiting, changed.out, error, static_cast<std::int64_t>(count));
  };
  if (changed.phase != socket_phase::connected) return finish(errc::not_connected, 0);
  if (changed.error != errc::ok) return finish(std::exchange(changed.error, errc::ok), 0);
  if (changed.broken || changed.fin_sent) return finish(errc::broken_pipe, 0);
  if (op_note::count(waiting) != 0) {
    TWINLOOP_ASSERT(static_cast<std::uint64_t>(op_note::count(waiting)) == digest(waiting.slices));  // must not change
  }
  std::size_t offered = 0;
  for (const io_slice& slice : waiting.slices) offered += slice.size;
  TWINLOOP_ASSERT(offered > 0);
  std::size_t room = offered;
  if (changed.has_peer()) {
    const socket& peer = *changed.peer;
    const std::size_t used = peer.received.in_use();
    room = used < peer.window ? std::min(offered, peer.window - used) : 0;
    if (room == 0) {
      changed.peer->sender_blocked = true;
      return;
    }
  } else {
    room = std::min(offered, socket::default_window - std::min(changed.unanswered, socket::default_window));
    if (room == 0) return;  // the reset that is on its way goes on with it
  }
  const std::uint32_t answers = room < 2 ? 1 : room < 4 ? 2 : 4;
  switch (choose_.choose(choice_kind::short_io, changed.out.hash, changed.out.short_io, answers)) {
    case 1:
      room = 1;
      break;
    case 2:
      room /= 2;
      break;
    case 3:
      room -= 1;
      break;
    default:
      break;
  }
  finish(errc::ok, send_bytes(changed, waiting.slices, room));
}

void kernel_of_process::cancel(op& target, cancel_mode mode) noexcept {
  process_state& p = *process_;
  world_state& w = *p.world;
  if (p.killed) return;  // everything is forgotten already
  descriptor* on = w.find_descriptor(p, target.handle);
  const op_place place = op_note::place(target);
  if (w.choose_.wants_touches()) w.touch_queued(p, target);
  if (mode == cancel_mode::detach) TWINLOOP_ASSERT(place != op_place::running);
  if (place == op_place::running) {
    if (target.kind == op_kind::work) w.cancel_job(p, static_cast<work_op&>(target));
    return;
  }
  if (place == op_place::ready || place == op_place::held) {
    // Readiness that was not yet acted on: natural is that the cancel wins. A result that stands cannot be cancelled.
    const bool acted =
        op_note::error(target) != errc::ok || (target.kind != op_kind::recv && target.kind != op_kind::accept);
    if (mode == cancel_mode::request) {
      if (acted || on == nullptr) return;
      if (w.choose_.choose(choice_kind::cancel_race, on->asked.hash, on->asked.cancel, 2) == 0) {
        op_note::set(target, place, errc::cancelled);
        op_note::set_count(target, 0);
      }
      return;
    }
    w.remove_entry(entry_kind::completion, &target);
  } else if (place == op_place::queued) {
    std::erase(p.queue, &target);
  } else if (on != nullptr) {
    if (on->receiving == &target) on->receiving = nullptr;
    if (on->sending == &target) on->sending = nullptr;
    if (on->closing == &target) on->closing = nullptr;
  } else {
    for (descriptor& each : p.descriptors) {
      if (each.closing == &target) each.closing = nullptr;
    }
  }
  if (mode == cancel_mode::detach) {
    w.job_left(p, target);
    op_note::set(target, op_place::none);
    if (w.choose_.wants_options()) w.withdraw_op(target);
    w.op_left(p, target, w.find_slot(p, target.handle));
    return;
  }
  named& asked = on != nullptr ? on->asked : w.asked_for(p, target);
  w.finish_now(p, target, asked, errc::cancelled);
}

wait_result kernel_of_process::wait(time_point deadline, std::span<completion> out) {
  process_state& p = *process_;
  world_state& w = *p.world;
  w.check_killed(p);
  TWINLOOP_ASSERT(!out.empty());
  const bool poll = deadline == time_point::min();
  std::int64_t due = std::max<std::int64_t>(deadline.time_since_epoch().count(), 0);
  const std::int64_t horizon = due <= w.now_ ? due - 1 : w.now_;  // timers that are due stay unnoticed until told
  if (due < w.now_ && due < p.late_until && !poll) due = p.late_until;
  p.late_asked = due == p.late_until && due > w.now_;
  if (w.choose_.wants_options()) w.expect_deadline(p, deadline.time_since_epoch().count());
  if (due > w.now_ && w.quiet_until(due)) {
    const std::int64_t late = p.late_asked ? 0 : w.lateness(p);
    if (late == 0) return w.time_passed(p, due);
    p.late_until = due = due + late;
    p.late_asked = true;
  }
  p.out = out;
  p.delivered = 0;
  p.woken = false;
  p.timers_due = false;
  p.deadline = due;
  if (due > w.now_) {
    if (p.deadline_ready) {
      w.remove_entry(entry_kind::deadline, &p);
      p.deadline_ready = false;
    }
    if (due != INT64_MAX && due < p.queued_deadline) w.push_deadline(p);
  }
  if (due <= w.now_ || !w.deliver_only(p)) {
    p.waiting = true;
    if (due <= w.now_ && !p.deadline_ready) {
      p.late_asked = true;  // a poll, or already late: no further lateness
      w.handle_deadline(p);
    }
    if (!w.advance(&p)) p.stack->yield();
    p.waiting = false;
    w.check_killed(p);
  }
  const time_point now_is{duration(w.now_)};
  const time_point timers{duration(p.timers_due ? w.now_ : std::min(horizon, w.now_))};
  return {p.delivered, p.woken, now_is, timers};
}

/// Whether the scheduler has nothing to decide, nor anybody to tell: then a wait need not even look at it. What the
/// functions below do is what it would have done.
bool world_state::undisturbed() const {
  return held_.empty() && foreground_ > 0 && !stopping_ && !options_.log_events && deliveries_ + 1 < watch_steps_;
}

/// Nothing at all happens before `due`, nor together with it.
bool world_state::quiet_until(std::int64_t due) const {
  return ready_.empty() && (events_.empty() || events_.top().time() > due) && due <= until_ &&
         due <= options_.time_limit.count() && options_.instant_limit > 1 && undisturbed();
}

/// If a result of `to` is all that can happen at this moment, it is in the wait's span now.
bool world_state::deliver_only(process_state& to) {
  if (ready_.size() != 1) return false;
  const ready_entry& entry = ready_.back();
  if (entry.process != &to || entry.kind != entry_kind::completion || to.options.may_crash) return false;
  if ((!events_.empty() && events_.top().time() <= now_) || instant_ + 1 >= watch_instant_) return false;
  if (choose_.wants_options() || !undisturbed()) return false;
  op& done = *static_cast<op*>(entry.subject);
  ready_.clear();
  ++pick_asked_.other;  // a pick among one
  ++deliveries_;
  ++instant_;
  choose_.note(static_cast<std::uint64_t>(now_), entry.identity);
  append_completion(to, done);
  return true;
}

/// Alone with its timer: time jumps to it.
wait_result world_state::time_passed(process_state& of, std::int64_t due) {
  now_ = due;
  instant_ = 1;
  ++deliveries_;
  ++pick_asked_.other;  // a pick among one
  record_->head().now = due;
  const ready_entry entry{entry_kind::deadline, &of, &of, of.asked.hash, identity_of(of.asked)};
  choose_.note(static_cast<std::uint64_t>(due), entry.identity);
  if (choose_.wants_options()) {
    note_ready(entry, of.asked);
    begin_step_unasked(entry);
  }
  if (of.options.may_crash && ask_crash(of)) {
    of.stack->yield();
    check_killed(of);
  }
  return {0, false, time_point(duration(due)), time_point(duration(due))};
}

void kernel_of_process::wake() noexcept {
  if (!process_->killed) process_->world->enqueue_wake(*process_);
}

time_point kernel_of_process::now(bool) noexcept { return time_point(duration(process_->world->now_)); }

wall_time kernel_of_process::wall() noexcept { return wall_time(duration(wall_epoch + process_->world->now_)); }

result<std::int64_t> kernel_of_process::block(blocking_request& request, job* caller) {
  if (caller != nullptr) return block_in_job(request, *caller);
  process_state& p = *process_;
  p.world->check_killed(p);
  return p.world->block_main(p, request);
}

/// A job leaves its own code. What the call does to the job's memory is done beyond the gate, unseen: here it is made
/// good as the job's own doing, as it is with a system call.
result<std::int64_t> kernel_of_process::block_in_job(blocking_request& request, job& caller) {
  const bool transfers = request.kind == blocking_kind::file;
  if (transfers) race_checks::reads(request.file.write_bytes.data(), request.file.write_bytes.size());
  result<std::int64_t> outcome = [&] {
    const race_checks::gate scope;
    world_state& w = *process_->world;
    TWINLOOP_ASSERT(w.current_job_ != nullptr && &*w.current_job_->context == &caller);
    return w.block_job(*w.current_job_, request);
  }();
  if (request.kind == blocking_kind::lock) race_checks::acquire(&request.lock->state());
  if (transfers && request.file.call == file_call::read_at && outcome) {
    race_checks::writes(request.file.read_buffer.data(), static_cast<std::size_t>(*outcome));
  }
  return outcome;
}

}  // namespace twinloop::sim
