// The simulated thread pool: queued calls and jobs, started, suspended and finished at chosen moments.
#include <algorithm>

#include "loop/race_checks.hpp"
#include "sim/ready.hpp"

namespace twinloop::sim {
namespace {

constexpr std::uint32_t start_window = 8;  // how far from the queue's head a thread may take a job
constexpr std::int64_t lookup_duration = 200'000;

void job_main(fiber&, void* context) {
  job_state& self = *static_cast<job_state*>(context);
  work_op& running = *self.running;
  job& own = *self.context;
  try {
    const race_checks::watched scope;
    running.run(running, own);
  } catch (const process_killed&) {
  } catch (...) {
    if (!self.killed) running.failure = std::current_exception();
  }
}

}  // namespace

void world_state::submit_pool_op(process_state& of, op& started) {
  op_note::move(started, op_place::queued);
  of.queue.push_back(&started);
  if (race_checks::on && started.kind == op_kind::work) {
    race_checks::release(&started);
    op_note::set_count(started, static_cast<std::int64_t>(job_stacks_.moment()));
  }
  if (choose_.wants_touches()) touch_queued(of, started);
  offer_pool(of);
}

/// A thread is free and there is work: taking it becomes one of the things that may happen.
void world_state::offer_pool(process_state& of) {
  if (of.pool_ready || of.queue.empty() || of.pool_running >= of.options.pool_threads) return;
  of.pool_ready = true;
  named& asked = asked_for(of, *of.node, "pool");
  enqueue({entry_kind::pool, &of, &of, asked.hash, identity_of(asked)}, asked);
}

/// A pool thread takes a job: naturally the oldest. Lookups occupy at most half of the threads.
void world_state::start_job(process_state& of) {
  of.pool_ready = false;
  if (of.queue.empty()) return;  // cancelled meanwhile
  const std::uint32_t lookups_max = std::max(1u, of.options.pool_threads / 2);
  eligible_.clear();
  for (std::uint32_t i = 0; i < of.queue.size() && eligible_.size() < start_window; ++i) {
    if (of.queue[i]->kind == op_kind::resolve && of.pool_lookups >= lookups_max) continue;
    eligible_.push_back(i);
  }
  if (eligible_.empty()) return;  // offered again when a lookup is done
  const bool told = choose_.wants_options();
  const std::uint32_t chosen = eligible_[choose_job(of)];
  op& job = *of.queue[chosen];
  of.queue.erase(of.queue.begin() + chosen);
  ++asked_for(of, job).started;
  if (told) causality_.go_on(op_note::expectation(job));
  if (choose_.wants_touches()) touch_queued(of, job);
  ++of.pool_running;
  offer_pool(of);
  if (told) of.pool_enabled_by = 0;  // the next job has a thread of its own, and owes it to nobody
  op_note::move(job, op_place::running);
  job.in_kernel_hands = true;
  if (job.kind == op_kind::work) {
    job_state& made = make_job(of, static_cast<work_op&>(job));
    next_ = {entry_kind::job, &of, &made, 0, 0};
    has_next_ = true;
    return;
  }
  named& asked = asked_for(of, job);
  std::int64_t takes = lookup_duration;
  if (job.kind == op_kind::resolve) {
    ++of.pool_lookups;
    takes *= 1 + 3 * choose_.choose(choice_kind::dns, asked.hash, asked.other, 4);
  } else {
    takes = call_duration(asked, static_cast<file_op&>(job).request.call);
  }
  events_.push(now_ + takes, event_kind::call_done, &job, of.generation, of.index);
}

/// How long a file call takes: in the order of a solid-state disk behind a page cache, longer by choice.
std::int64_t world_state::call_duration(named& asked, file_call call) {
  const bool durable = call == file_call::sync || call == file_call::sync_directory;
  const std::int64_t natural = durable ? 500'000 : 20'000;
  constexpr std::int64_t factors[] = {1, 2, 8, 64};
  return natural * factors[choose_.choose(choice_kind::pool_done, asked.hash, asked.latency, 4)];
}

void world_state::call_done(process_state& of, op& done) {
  --of.pool_running;
  named& asked = asked_for(of, done);
  if (done.kind == op_kind::resolve) {
    --of.pool_lookups;
    finish_now(of, done, asked, perform_resolve(static_cast<resolve_op&>(done)));
  } else {
    const auto answer = call_file(of, static_cast<file_op&>(done).request, done.made.place());
    finish_now(of, done, asked, answer.error(), answer ? *answer : 0);
  }
  offer_pool(of);
}

errc world_state::perform_resolve(resolve_op& call) {
  auto found = look_up(call.host, call.port, call.family);
  call.out->clear();
  if (found) *call.out = std::move(*found);
  return found.error();
}

/// A call's effect, all at once.
result<std::int64_t> world_state::call_file(process_state& of, const file_request& call, where at) {
  if (call.call == file_call::close) renew_keys_ = true;  // ops that are to be delivered have no handle any more
  return perform_file(of, call, at);
}

job_state& world_state::make_job(process_state& of, work_op& running) {
  if (of.free_jobs.empty()) {
    const race_checks::forgotten scope;  // the job uses its context without having waited for this
    of.jobs.push_back(std::make_unique<job_state>());
    of.free_jobs.push_back(of.jobs.back().get());
  }
  job_state& made = *of.free_jobs.back();
  of.free_jobs.pop_back();
  made.process = &of;
  made.running = &running;
  made.task = next_task_number();
  {
    const race_checks::forgotten scope;
    made.context.emplace(of.kernel, running);
  }
  made.stack.emplace(job_stacks_, &job_main, &made, static_cast<std::uint64_t>(op_note::count(running)));
  if constexpr (race_checks::on) {
    made.stack->set_name(("job " + std::string(running.name.text())).c_str());
    made.stack->acquire(&running);
  }
  made.name = &asked_for(of, running);
  made.asked = *made.name;
  made.killed = made.ended = false;
  made.throws = 0;
  return made;
}

void world_state::run_job(job_state& which) {
  fiber* const fiber_before = std::exchange(current_fiber_, &*which.stack);
  process_state* const process_before = std::exchange(current_process_, which.process);
  job_state* const job_before = std::exchange(current_job_, &which);
  which.stack->resume();
  current_fiber_ = fiber_before;
  current_process_ = process_before;
  current_job_ = job_before;
  if (which.stack->ended() && !which.killed) finish_job(which);
}

void world_state::finish_job(job_state& which) {
  process_state& of = *which.process;
  work_op& done = *which.running;
  ++which.generation;
  if constexpr (race_checks::on) {
    which.stack->release(&done);  // given back when the loop has heard of it
  } else {
    give_back_job(which);
  }
  --of.pool_running;
  finish_now(of, done, asked_for(of, done), errc::ok);
  offer_pool(of);
}

void world_state::give_back_job(job_state& ended) {
  ended.running = nullptr;
  ended.stack.reset();
  ended.context.reset();
  ended.process->free_jobs.push_back(&ended);
}

/// The process is gone: whatever happens from now on, its threads ended before.
void world_state::join_job(job_state& ended) {
  ended.stack->release(ended.process);
  race_checks::acquire(ended.process);
  give_back_job(ended);
}

void world_state::order_after_job(process_state& of, op& gone) {
  if (gone.kind != op_kind::work) return;
  race_checks::acquire(&gone);
  for (auto& each : of.jobs) {
    if (each->running == &gone && each->stack->ended()) return give_back_job(*each);
  }
}

/// In the job's fiber: leaves it until its entry is picked.
void world_state::suspend_job(job_state& which) {
  which.stack->yield();
  if (which.killed) throw process_killed{};
}

void world_state::enqueue_job(job_state& which) {
  enqueue({entry_kind::job, which.process, &which, which.asked.hash, resumed_identity(which)}, which.asked);
}

void world_state::cancel_job(process_state& of, work_op& target) {
  for (auto& each : of.jobs) {
    if (each->running == &target) each->context->request_cancel();
  }
}

result<std::int64_t> world_state::block_job(job_state& which, blocking_request& request) {
  if (which.killed) {
    if (request.kind == blocking_kind::unlock) return std::int64_t{0};  // from a destructor, which must not throw
    if (++which.throws > throws_while_unwinding) abandon_current_stack();
    throw process_killed{};
  }
  process_state& of = *which.process;
  switch (request.kind) {
    case blocking_kind::yield: {
      const ready_entry entry{entry_kind::job, &of, &which, which.asked.hash, resumed_identity(which)};
      if (choose_.wants_options()) note_ready(entry, which.asked);
      const std::uint32_t exponent =
          choose_.choose(choice_kind::pool_run, which.asked.hash, which.name->other, 4, entry.identity);
      if (exponent == 0) {
        enqueue_noted(entry);
      } else {
        if (options_.log_events) keep_text(entry);
        held_.push_back({entry, deliveries_ + (std::uint64_t{1} << exponent) - 1});
      }
      suspend_job(which);
      return std::int64_t{0};
    }
    case blocking_kind::file: {
      const std::int64_t takes = call_duration(*which.name, request.file.call);  // counted with those of its name
      events_.push(now_ + takes, event_kind::resume_job, &which, which.generation, 0);
      suspend_job(which);
      if (choose_.wants_touches()) touch_file(of, request.file);
      return call_file(of, request.file, request.made);
    }
    case blocking_kind::lock:
      lock_mutex(which, *request.lock);
      return std::int64_t{0};
    case blocking_kind::unlock:
      unlock_mutex(of, *request.lock);
      return std::int64_t{0};
  }
  return unexpected(errc::not_supported);
}

void world_state::lock_mutex(job_state& which, mutex& wanted) {
  process_state& of = *which.process;
  if (wanted.state().load(std::memory_order_relaxed) == 0) {
    wanted.state().store(1, std::memory_order_relaxed);
    return;
  }
  wanted.state().store(2, std::memory_order_relaxed);
  auto found =
      std::find_if(of.mutexes.begin(), of.mutexes.end(), [&](const auto& each) { return each.lock == &wanted; });
  if (found == of.mutexes.end()) found = of.mutexes.insert(found, mutex_queue{&wanted, {}});
  found->waiting.push_back(&which);
  which.handed_over = false;
  which.stack->yield();
  if (!which.killed) return;
  if (which.handed_over) wanted.state().store(0, std::memory_order_relaxed);  // nobody will unlock it
  throw process_killed{};
}

/// The mutex goes to the job that has waited longest.
void world_state::unlock_mutex(process_state& of, mutex& released) {
  auto found =
      std::find_if(of.mutexes.begin(), of.mutexes.end(), [&](const auto& each) { return each.lock == &released; });
  if (found == of.mutexes.end()) return;
  job_state& next = *found->waiting.front();
  found->waiting.pop_front();
  released.state().store(found->waiting.empty() ? 1 : 2, std::memory_order_relaxed);
  next.handed_over = true;
  if (found->waiting.empty()) of.mutexes.erase(found);
  enqueue_job(next);
}

/// A synchronous call of the loop's own thread: nothing is delivered to it meanwhile.
result<std::int64_t> world_state::block_main(process_state& of, blocking_request& request) {
  TWINLOOP_ASSERT(current_fiber_ == &*of.stack);
  if (request.kind != blocking_kind::file) return std::int64_t{0};
  named& asked = asked_for(of, *of.node, name(request.file.call));
  of.in_call = true;
  ++blocked_in_call_;
  if (choose_.wants_options()) of.expected_call = causality_.expect(of.index, of.asked.hash);
  events_.push(now_ + call_duration(asked, request.file.call), event_kind::resume_main, &of, of.generation, 0);
  of.stack->yield();
  check_killed(of);
  if (choose_.wants_touches()) touch_file(of, request.file);
  return call_file(of, request.file, request.made);
}

}  // namespace twinloop::sim
