// What happens next. Everything that may is an entry; one of them is picked, natural = the oldest; time passes when
// there is none.
#include <algorithm>

#include "sim/ready.hpp"

namespace twinloop::sim {

bool world_state::waits(const ready_entry& entry) {
  return entry.kind == entry_kind::completion || entry.kind == entry_kind::wake || entry.kind == entry_kind::deadline;
}

void world_state::enqueue_wake(process_state& of) {
  if (of.wake_ready) return;
  of.wake_ready = true;
  if (choose_.wants_options()) of.expected_wake = causality_.expect(of.index, of.asked.hash);
  enqueue({entry_kind::wake, &of, nullptr, of.asked.hash, identity_of(of.asked)}, of.asked);
}

/// Held entries whose count has come go back; with `all_due` the one that is due first does, whatever its count.
void world_state::release_held(bool all_due) {
  if (all_due) {
    const auto first = std::min_element(held_.begin(), held_.end(), [](const held_entry& a, const held_entry& b) {
      return a.release_at < b.release_at;
    });
    release_one(static_cast<std::size_t>(first - held_.begin()));
    return;
  }
  for (std::size_t i = 0; i < held_.size();) {
    if (held_[i].release_at <= deliveries_) {
      release_one(i);
    } else {
      ++i;
    }
  }
}

bool world_state::remove_entry(entry_kind kind, const void* subject) {
  for (std::size_t i = 0; i < ready_.size(); ++i) {
    if (ready_[i].kind != kind || ready_[i].subject != subject) continue;
    ready_.take(i);
    if (i < offered_.size()) offered_.erase(i);
    return true;
  }
  for (std::size_t i = 0; i < held_.size(); ++i) {
    if (held_[i].entry.kind != kind || held_[i].entry.subject != subject) continue;
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  return false;
}

void world_state::remove_entries(process_state& of) {
  std::erase_if(held_, [&](const held_entry& each) { return each.entry.process == &of; });
  const auto gone = [&](const ready_entry& each) { return each.process == &of && each.kind != entry_kind::start; };
  for (std::size_t i = offered_.size(); i-- > 0;) {
    if (gone(ready_[i])) offered_.erase(i);
  }
  ready_.erase_if(gone);
}

/// Takes out what happens now.
ready_entry world_state::take_ready(std::size_t index) {
  if (choose_.wants_options()) begin_step(index);
  const ready_entry taken = ready_.take(index);
  choose_.note(static_cast<std::uint64_t>(now_), taken.identity);
  if (options_.log_events) log(describe_entry(taken));
  return taken;
}

/// The index of the entry that happens next; SIZE_MAX if none may (all belong to processes inside blocking calls).
std::size_t world_state::pick() {
  auto n = static_cast<std::uint32_t>(ready_.size());
  const bool filtered = blocked_in_call_ > 0;
  if (filtered) {
    eligible_.clear();
    for (std::size_t i = 0; i < ready_.size(); ++i) {
      if (waits(ready_[i]) && ready_[i].process->in_call) continue;
      eligible_.push_back(static_cast<std::uint32_t>(i));
    }
    n = static_cast<std::uint32_t>(eligible_.size());
    if (n == 0) return SIZE_MAX;
  }
  auto entry_at = [&](std::uint32_t i) { return filtered ? eligible_[i] : i; };
  const std::uint32_t at = pick_asked_.other++;
  if (n == 1) return entry_at(0);
  std::uint32_t value = 0;
  if (choose_.has_source()) {
    question asked{choice_kind::pick, pick_asked_.hash, at, n, {}};
    if (choose_.wants_options()) asked.options = options_of_pick(filtered);
    value = choose_.ask(asked);
  }
  const std::size_t index = entry_at(value);
  choose_.commit(choice_kind::pick, pick_asked_.hash, at, n, value, ready_[index].identity);
  return index;
}

bool world_state::advance(process_state* current) {
  for (;;) {
    if (stopping_) return false;
    if (current != nullptr && current->killed) return true;  // its wait throws
    while (!events_.empty() && events_.top().time() <= now_) handle_event(events_.pop());
    if (foreground_ == 0) return false;
    const std::size_t index = ready_.empty() ? SIZE_MAX : pick();
    if (index == SIZE_MAX) {
      if (!pass_time()) return false;
      continue;
    }
    ++deliveries_;
    ++instant_;
    const ready_entry entry = take_ready(index);
    if (!held_.empty()) release_held(false);
    if (instant_ >= watch_instant_ && !held_.empty()) release_starved();
    if (instant_ >= watch_instant_ || deliveries_ >= watch_steps_) {
      if (over_limits(entry)) return false;
    }
    if (dispatch(entry, current)) return true;
    if (has_next_) return false;
  }
}

/// Lets time pass to the next event. False: nothing can ever happen, or the time is up.
bool world_state::pass_time() {
  while (!events_.empty()) {
    const scheduled& top = events_.top();
    if (top.kind() != event_kind::deadline) break;
    // A deadline that moved is settled without time passing.
    auto& of = *static_cast<process_state*>(top.subject);
    const bool stale = (of.generation & event_generation_mask) != top.generation() || of.queued_deadline != top.time();
    if (!stale && of.waiting && of.deadline <= top.time()) break;
    events_.pop();
    if (stale) continue;
    of.queued_deadline = INT64_MAX;
    if (of.waiting) push_deadline(of);
  }
  if (events_.empty()) {
    if (held_.empty()) return false;
    release_held(true);
    return true;
  }
  const std::int64_t time = events_.top().time();
  if (time > until_) {
    now_ = until_;
    out_of_time_ = true;
    return false;
  }
  if (time > options_.time_limit.count()) {
    failed_as_ = outcome::slow;
    record_failure("time", "the run did not end within its limit of virtual time", "");
    return false;
  }
  if (time > now_) {
    now_ = time;
    instant_ = 0;
    record_->head().now = now_;
  }
  handle_event(events_.pop());
  return true;
}

/// How late the due timers of a process are noticed.
std::int64_t world_state::lateness(process_state& of) {
  constexpr std::int64_t late[] = {0, 1'000'000, 10'000'000, 100'000'000};
  return late[choose_.choose(choice_kind::timer_late, of.asked.hash, of.asked.latency, 4)];
}

void world_state::push_deadline(process_state& of) {
  if (of.deadline == INT64_MAX) return;
  of.queued_deadline = of.deadline;
  events_.push(of.deadline, event_kind::deadline, &of, of.generation, 0);
}

void world_state::handle_deadline(process_state& of) {
  of.queued_deadline = INT64_MAX;
  if (!of.waiting) return;
  if (of.deadline > now_) return push_deadline(of);  // it moved
  if (!of.late_asked) {
    of.late_asked = true;
    if (const std::int64_t late = lateness(of); late > 0) {
      of.late_until = of.deadline + late;
      of.deadline = of.late_until;
      return push_deadline(of);
    }
  }
  if (of.deadline_ready) return;
  of.deadline_ready = true;
  const ready_entry entry{entry_kind::deadline, &of, &of, of.asked.hash, identity_of(of.asked)};
  if (choose_.wants_options()) causality_.make_ready(of.expected_deadline, of.asked.ready - 1);
  enqueue_noted(entry);
}

void world_state::handle_event(const scheduled& due) {
  if (choose_.wants_options()) causality_.begin_event(due.sequence(), events_.next_sequence());
  switch (due.kind()) {
    case event_kind::deadline: {
      auto& of = *static_cast<process_state*>(due.subject);
      const bool stale =
          (of.generation & event_generation_mask) != due.generation() || of.queued_deadline != due.time();
      if (!stale) handle_deadline(of);
      return;
    }
    case event_kind::call_done: {
      auto& done = *static_cast<op*>(due.subject);
      auto& of = *processes_[due.value];
      if ((of.generation & event_generation_mask) == due.generation()) call_done(of, done);
      return;
    }
    case event_kind::resume_job: {
      auto& which = *static_cast<job_state*>(due.subject);
      if ((which.generation & event_generation_mask) != due.generation()) return;
      return enqueue_job(which);
    }
    case event_kind::resume_main: {
      auto& of = *static_cast<process_state*>(due.subject);
      if ((of.generation & event_generation_mask) != due.generation()) return;
      return enqueue({entry_kind::main_call, &of, &of, of.asked.hash, identity_of(of.asked)}, of.asked);
    }
    case event_kind::start: {
      auto& of = *static_cast<process_state*>(due.subject);
      if ((of.generation & event_generation_mask) != due.generation() || !of.start_pending) return;
      return enqueue({entry_kind::start, &of, &of, of.asked.hash, identity_of(of.asked)}, of.asked);
    }
    case event_kind::callback: {
      auto& what = *static_cast<world_callback*>(due.subject);
      return enqueue({entry_kind::callback, nullptr, &what, what.asked.hash, identity_of(what.asked)}, what.asked);
    }
    case event_kind::release:
      return release_timed();
    default:
      handle_packet(due);
      notice_readiness();
  }
}

/// True: `current` has what its wait returns. Else, if has_next_, the root has something to do.
bool world_state::dispatch(const ready_entry& entry, process_state* current) {
  if (waits(entry)) {
    process_state& to = *entry.process;
    if (to.options.may_crash && ask_crash(to)) return false;
    deliver(to, entry);
    if (&to == current) return true;
  } else if (entry.kind == entry_kind::pool) {
    start_job(*entry.process);
    return false;
  }
  next_ = entry;
  has_next_ = true;
  return false;
}

void world_state::resume(process_state& which) {
  fiber* const fiber_before = std::exchange(current_fiber_, &*which.stack);
  process_state* const process_before = std::exchange(current_process_, &which);
  job_state* const job_before = std::exchange(current_job_, nullptr);
  which.stack->resume();
  current_fiber_ = fiber_before;
  current_process_ = process_before;
  current_job_ = job_before;
  if (which.stack->ended() && !which.killed) finish_process(which);
}

/// In the root: what needs a stack of its own, or none.
void world_state::execute(const ready_entry& entry) {
  switch (entry.kind) {
    case entry_kind::completion:
    case entry_kind::wake:
    case entry_kind::deadline:
      return resume(*entry.process);
    case entry_kind::main_call:
      entry.process->in_call = false;
      --blocked_in_call_;
      return resume(*entry.process);
    case entry_kind::job:
      return run_job(*static_cast<job_state*>(entry.subject));
    case entry_kind::start:
      return start_process(*entry.process);
    case entry_kind::callback:
      return static_cast<world_callback*>(entry.subject)->run();
    case entry_kind::crash:
      if (entry.subject != nullptr) return crash_host(*static_cast<host_state*>(entry.subject));
      kill_process(*entry.process, false);
      if (entry.process->options.restart) schedule_start(*entry.process, entry.process->options.restart_after.count());
      return;
    case entry_kind::pool:
      TWINLOOP_ASSERT(false);
  }
}

void world_state::run_root(std::int64_t until) {
  until_ = until;
  out_of_time_ = false;
  for (;;) {
    if (!has_next_) {
      (void)advance(nullptr);
      if (!has_next_) break;
    }
    has_next_ = false;
    execute(next_);
  }
}

}  // namespace twinloop::sim
