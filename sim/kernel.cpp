// The seam's verbs for one simulated process.
#include "sim/kernel.hpp"

#include <algorithm>

#include "loop/race_checks.hpp"
#include "sim/ready.hpp"

namespace twinloop::sim {

void kernel_of_process::submit(op& started) {
  process_state& p = *process_;
  world_state& w = *p.world;
  w.check_killed(p);
  started.kernel_word[0] = 0;
  started.kernel_word[1] = 0;
  op_note::set(started, op_place::parked);
  if (w.choose_.wants_options()) w.expect_op(p, started);
  if (w.choose_.wants_touches()) {
    const descriptor* touched = p.find_open(started.handle);
    if (touched != nullptr && touched->stream != nullptr) w.touch_handle(*touched);
    if (started.kind == op_kind::connect) w.touch_endpoint(*p.host, static_cast<connect_op&>(started).target);
  }
  if (started.kind == op_kind::file || started.kind == op_kind::resolve || started.kind == op_kind::work) {
    if (descriptor* on = p.find_open(started.handle)) ++on->uses;
    return w.submit_pool_op(p, started);
  }
  descriptor* on = p.find_open(started.handle);
  if (on == nullptr || (on->stream == nullptr && started.kind != op_kind::close)) {
    return w.finish_now(p, started, w.asked_for(p, started), errc::bad_handle);
  }
  if (started.kind == op_kind::close) {
    descriptor& closed = *on;
    const bool busy = closed.uses > 0;
    if (busy) closed.closing = &started;
    w.close_descriptor(p, closed, static_cast<close_op&>(started).reset);
    if (!busy) w.finish_now(p, started, closed.asked, errc::ok);
    return;
  }
  ++on->uses;
  w.submit_socket_op(p, started, *on);
}

void kernel_of_process::cancel(op& target, cancel_mode mode) noexcept {
  process_state& p = *process_;
  world_state& w = *p.world;
  if (p.killed) return;  // everything is forgotten already
  descriptor* on = p.find_open(target.handle);
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
      } else if (target.multishot) {
        op_note::make_last(target);
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
    w.op_left(p, target, p.find_slot(target.handle));
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

wall_time kernel_of_process::wall() noexcept { return wall_time(duration(process_->world->civil_time())); }

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
