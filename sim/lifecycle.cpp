// Processes: started, ended, killed, started again.
#include <exception>

#include "loop/race_checks.hpp"
#include "sim/world_state.hpp"

namespace twinloop::sim {
namespace {

/// The first frame of a process: nothing may leave it.
void process_main(fiber&, void* context) {
  process_state& self = *static_cast<process_state*>(context);
  world_state& world = *self.world;
  try {
    loop own(self.kernel);
    struct known {
      process_state& self;
      known(process_state& of, loop& on) : self(of) { self.own = &on; }
      ~known() {
        if (!self.killed && self.world->choose_.wants_touches()) self.world->finish_step_of(self);
        self.own = nullptr;
      }
    } scope(self, own);
    self.exit_status = self.main(own, self.args);
    if (!self.killed) world.describe_under_way(self, own);
  } catch (const process_killed&) {
  } catch (const assertion_failed&) {  // recorded when it failed
  } catch (const std::exception& error) {
    if (!self.killed) world.record_failure("exception", name_arena::text_of(*self.node) + ": " + error.what(), "");
  } catch (...) {
    if (!self.killed) world.record_failure("exception", name_arena::text_of(*self.node) + ": not a std::exception", "");
  }
}

}  // namespace

void process_state::prepare(host_state& on, std::string_view name, program run, arguments with, process_options how) {
  host = &on;
  home = &on;
  text = name;
  main = std::move(run);
  args = std::move(with);
  options = how;
  descriptor_limit = on.descriptor_limit;
  node = world->names_.make_of_kept(on.node, label(text.c_str()), 0);
  asked.restart(node->hash);
}

process_state& world_state::add_process(host_state& on, std::string_view text, program run, arguments with,
                                        process_options how) {
  if (processes_used_ == processes_.size()) {
    processes_.push_back(std::make_unique<process_state>(*this));
    processes_.back()->index = static_cast<std::uint32_t>(processes_used_);
    processes_.back()->face.reset(new process(*processes_.back()));
  }
  process_state& made = *processes_[processes_used_++];
  made.prepare(on, text, std::move(run), std::move(with), how);
  on.processes.push_back(&made);
  schedule_start(made, 0);
  return made;
}

void world_state::set_counted(process_state& of, bool counted) {
  if (of.options.daemon || of.counted == counted) return;
  of.counted = counted;
  foreground_ += counted ? 1 : -1u;
}

void world_state::schedule_start(process_state& restarted, std::int64_t after) {
  TWINLOOP_ASSERT(!restarted.running && !restarted.start_pending);
  restarted.start_pending = true;
  set_counted(restarted, true);
  if (choose_.wants_options()) restarted.expected_start = causality_.expect(restarted.index, restarted.asked.hash);
  events_.push(now_ + after, event_kind::start, &restarted, restarted.generation, 0);
}

void world_state::start_process(process_state& started) {
  started.start_pending = false;
  started.running = true;
  started.killed = started.lost = started.ended_by_kill = false;
  started.throws = 0;
  started.late_until = 0;
  started.queued_deadline = INT64_MAX;
  started.waiting = started.deadline_ready = started.wake_ready = false;
  started.in_call = started.pool_ready = false;
  started.pool_running = started.pool_lookups = 0;
  started.queue.clear();
  started.mutexes.clear();
  ++started.starts;
  started.task = next_task_number();
  started.system_id = 100 + ++started.host->starts;
  started.exit_status.reset();
  started.host->down = false;
  started.random = random_stream(options_.seed).split(started.node->hash + started.starts);
  started.stack.emplace(stacks_, &process_main, &started);
  started.stack->set_name(started.text.c_str());
  resume(started);
}

void world_state::close_everything(process_state& of, bool silently) {
  for (descriptor& each : of.descriptors) {
    if (each.stream != nullptr) {
      socket& stream = *std::exchange(each.stream, nullptr);
      if (silently) {
        vanish(stream);
      } else {
        close(stream, false);
      }
    }
    each.kind = descriptor_kind::none;
    each.receiving = each.sending = each.closing = nullptr;
    each.file.reset();
  }
  of.descriptors.clear();
  of.open_descriptors = 0;
}

/// main has returned: what it left open is reported and closed.
void world_state::finish_process(process_state& ended) {
  if (ended.exit_status) describe_left(ended);
  close_everything(ended, false);
  remove_entries(ended);
  if (choose_.wants_touches()) touch_by_ending(ended);
  if (choose_.wants_options()) forget_expectations(ended);
  if constexpr (race_checks::on) {
    for (auto& each : ended.jobs) {
      if (each->stack && each->stack->ended()) join_job(*each);  // one that its loop never heard of
    }
  }
  ++ended.generation;
  ended.stack.reset();
  ended.running = false;
  set_counted(ended, false);
}

/// Ends a process at once: first every reference to it goes, then its stacks are unwound.
void world_state::kill_process(process_state& victim, bool power_failure) {
  ++victim.generation;  // events about it are stale from now on
  if (victim.start_pending) {
    victim.start_pending = false;
    victim.ended_by_kill = true;
    remove_entry(entry_kind::start, &victim);
  }
  if (choose_.wants_options()) forget_expectations(victim);
  if (!victim.running) return set_counted(victim, false);
  TWINLOOP_ASSERT(current_fiber_ == nullptr || current_process_ != &victim);  // not from its own callbacks
  victim.killed = true;
  victim.ended_by_kill = true;
  remove_entries(victim);
  victim.queue.clear();
  victim.mutexes.clear();
  victim.pool_running = victim.pool_lookups = 0;
  victim.pool_ready = false;
  if (victim.in_call) --blocked_in_call_;
  victim.in_call = false;
  close_everything(victim, power_failure);
  unwind(victim);
  victim.running = false;
  set_counted(victim, false);
}

void world_state::unwind(process_state& victim) {
  for (auto& each : victim.jobs) {
    job_state& job = *each;
    if (!job.stack) continue;
    job.killed = true;
    ++job.generation;
    if (job.stack->started() && !job.stack->ended()) run_job(job);
    join_job(job);
  }
  if (victim.stack && !victim.lost && victim.stack->started() && !victim.stack->ended()) resume(victim);
  victim.stack.reset();
}

void world_state::check_killed(process_state& of) {
  if (!of.killed) return;
  if (++of.throws > throws_while_unwinding) abandon_current_stack();  // something catches everything and comes back
  throw process_killed{};
}

/// Leaves a stack that cannot be unwound for good. Its memory stays; the report counts it.
void world_state::abandon_current_stack() {
  ++abandoned_;
  fiber& stack = *current_fiber_;
  if (current_job_ == nullptr) current_process_->lost = true;
  stack.abandon();
  stack.yield();
  std::abort();  // nobody resumes an abandoned stack
}

/// Power fails on a host: its processes are gone without a packet, its disk keeps what was durable, and of the rest
/// what is chosen. A process that was about to start comes with the others when power is back: without it the host
/// might stay down for good.
void world_state::crash_host(host_state& crashed) {
  for (process_state* each : crashed.processes) {
    const bool restarts = (each->running || each->start_pending) && each->options.restart;
    kill_process(*each, true);
    if (restarts) schedule_start(*each, each->options.restart_after.count());
  }
  vanish_half_open(crashed);
  crashed.down = true;
  crashed.files.power_failure([&](std::string_view path, std::uint32_t n) {
    named& asked = crashed.asked_about(path);
    return choose_.choose(choice_kind::disk_fault, asked.hash, asked.other, n);
  });
}

/// What questions about a file or directory of this host's disk are asked under: its path below the host's name.
named& host_state::asked_about(std::string_view path) {
  const auto is_it = [&](const auto& each) { return each.first == path; };
  auto found = std::find_if(files_asked.begin(), files_asked.end(), is_it);
  if (found != files_asked.end()) return found->second;
  const std::string text(path == "/" ? "root directory" : path.substr(path.starts_with('/') ? 1 : 0));
  named& made = files_asked.emplace_back(std::string(path), named{}).second;
  made.restart(world->names_.make(node, label(text.c_str()), 0)->hash);
  return made;
}

/// Whether the process dies here instead of being delivered to: 1 = alone, 2 = its host loses power.
bool world_state::ask_crash(process_state& of) {
  const std::uint32_t answer = choose_.choose(choice_kind::crash, of.asked.hash, of.crash_asked, 3);
  if (answer == 0) return false;
  next_ = {entry_kind::crash, &of, answer == 2 ? of.host : nullptr, 0, 0};
  has_next_ = true;
  return true;
}

}  // namespace twinloop::sim
