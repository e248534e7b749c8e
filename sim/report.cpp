// What a run has to say for itself.
#include <cstring>

#include "sim/ready.hpp"

#include <fmt/format.h>

namespace twinloop::sim {
namespace {

template <std::size_t Size>
void copy_text(char (&to)[Size], const std::string& from) {
  const std::size_t count = std::min(from.size(), Size - 1);
  std::memcpy(to, from.data(), count);
  to[count] = '\0';
}

std::string made_at(where place) {
  return place.line == 0 ? std::string() : fmt::format(" [{}:{}]", place.file, place.line);
}

}  // namespace

const char* name(outcome ended) noexcept {
  switch (ended) {
    case outcome::not_run:
      return "not run";
    case outcome::clean:
      return "clean";
    case outcome::failed:
      return "failed";
    case outcome::hung:
      return "hung";
    case outcome::livelock:
      return "livelock";
    case outcome::slow:
      return "slow";
  }
  return "unknown";
}

/// Also into the recording, at once: whatever is unwound or dies next, the failure is known.
void world_state::record_failure(std::string name, std::string message, std::string place) {
  if (report_.failures.empty()) {
    recording::header& head = record_->head();
    copy_text(head.failure_name, name);
    copy_text(head.failure_text, message);
    copy_text(head.failure_place, place);
  }
  report_.failures.push_back({std::move(name), std::move(message), std::move(place)});
  stop();
}

void world_state::log(std::string text) { event_log_.push_back({now_, choose_.hash(), std::move(text)}); }

std::string world_state::describe_entry(const ready_entry& entry) const {
  const name_node* node = names_.find(entry.label);
  const std::string who = node != nullptr ? name_arena::text_of(*node) : fmt::format("#{:x}", entry.label);
  switch (entry.kind) {
    case entry_kind::completion: {
      const op& done = *static_cast<const op*>(entry.subject);
      const bool plain = done.kind == op_kind::file || done.kind == op_kind::recv || done.kind == op_kind::send;
      return who + (plain ? "" : fmt::format(" {}", twinloop::name(done.kind))) + made_at(done.made.place());
    }
    case entry_kind::wake:
      return who + " is woken by a post";
    case entry_kind::deadline:
      return who + " runs its due timers";
    case entry_kind::main_call:
      return who + " returns from a blocking call";
    case entry_kind::pool:
      return who + " takes a job";
    case entry_kind::job:
      return who + " goes on";
    case entry_kind::start:
      return who + " starts";
    case entry_kind::callback:
      return who + " runs";
    case entry_kind::crash:
      return who + " crashes";
  }
  return who;
}

void world_state::keep_text(const ready_entry& entry) { option_texts_.emplace(entry.identity, describe_entry(entry)); }

/// Nothing can happen any more, and somebody waits: who, and for what. Those that the run waits for come first.
void world_state::describe_hang() {
  for (const bool daemons : {false, true}) {
    for (std::size_t i = 0; i < processes_used_; ++i) {
      if (processes_[i]->running && processes_[i]->options.daemon == daemons) describe_waiting(*processes_[i]);
    }
  }
}

void world_state::describe_waiting(process_state& of) {
  const std::string who = name_arena::text_of(*of.node) + (of.options.daemon ? " (daemon)" : "");
  const std::size_t before = report_.waiting.size();
  auto add = [&](const op* waiting, const name_node* on, const char* state) {
    if (waiting == nullptr) return;
    report_.waiting.push_back(fmt::format("{}: {} on {}{} {}", who, twinloop::name(waiting->kind),
                                          on != nullptr ? name_arena::text_of(*on) : waiting->name.text(),
                                          made_at(waiting->made.place()), state));
  };
  for (const descriptor& on : of.descriptors) {
    add(on.receiving, on.node, "waits for something to arrive");
    const bool connecting = on.sending != nullptr && on.sending->kind == op_kind::connect;
    add(on.sending, on.node, connecting ? "waits for an answer" : "waits for the receiver to read");
    add(on.closing, on.node, "waits for the other operations of its handle");
  }
  for (const op* queued : of.queue) add(queued, nullptr, "waits for a pool thread");
  for (const mutex_queue& lock : of.mutexes) {
    for (const job_state* job : lock.waiting) add(job->running, nullptr, "waits for a mutex");
  }
  if (report_.waiting.size() == before) report_.waiting.push_back(who + ": waits with nothing under way");
}

/// main has returned: what its loop still had to do, and cancels now.
void world_state::describe_under_way(process_state& ended, loop& own) {
  own.walk_operations([&](const op& each) {
    const descriptor* const on = ended.find_open(each.handle);
    const std::string of = on != nullptr ? name_arena::text_of(*on->node)
                                         : fmt::format("{}/{}", name_arena::text_of(*ended.node), each.name.text());
    report_.unfinished.push_back(fmt::format("{} ({}){} was still under way when {} ended", of,
                                             twinloop::name(each.kind), made_at(each.made.place()), ended.text));
  });
  own.walk([&](handle& each) {
    if (!each.active()) return;
    report_.unfinished.push_back(fmt::format("{}/{} ({}){} was still active when {} ended",
                                             name_arena::text_of(*ended.node), each.name().text(), each.type(),
                                             made_at(each.made().place()), ended.text));
  });
}

void world_state::describe_left(const process_state& ended) {
  for (const descriptor& each : ended.descriptors) {
    if (each.kind == descriptor_kind::none) continue;
    const char* kind = each.kind == descriptor_kind::file ? "file" : "socket";
    report_.left.push_back(fmt::format("{} ({}){} was still open when {} ended", name_arena::text_of(*each.node), kind,
                                       made_at(each.made), ended.text));
  }
}

void world_state::finish_report(bool out_of_time) {
  report_.choices = choose_.asked();
  report_.deviations = choose_.deviations();
  report_.steps = deliveries_;
  report_.elapsed = duration(now_);
  report_.abandoned_stacks = abandoned_;
  if (record_->head().overflow != 0 && report_.failures.empty()) {
    record_failure("recording", "the run made more choices than its recording can hold", "");
  }
  report_.waiting.clear();
  if (!report_.failures.empty()) {
    report_.ended = failed_as_;
  } else if (foreground_ > 0 && !out_of_time) {
    report_.ended = outcome::hung;
    describe_hang();
    const std::string who = report_.waiting.empty() ? std::string("nobody can say") : report_.waiting.front();
    record_failure("hang", "nothing can ever happen again, but something waits: " + who, "");
  } else {
    report_.ended = outcome::clean;
  }
  report_.hash = choose_.hash();
  recording::header& head = record_->head();
  head.hash = report_.hash;
  head.now = now_;
  record_->end();
}

std::string run_report::text() const {
  std::string out =
      fmt::format("{} after {:.6f} s of virtual time, {} deliveries, {} choices ({} not natural), hash {:016x}\n",
                  name(ended), static_cast<double>(elapsed.count()) * 1e-9, steps, choices, deviations, hash);
  for (const failure& each : failures) {
    out += fmt::format("  {}: {}{}{}\n", each.name, each.message, each.place.empty() ? "" : "  ", each.place);
  }
  for (const std::string& each : waiting) out += "  waiting: " + each + "\n";
  for (const std::string& each : left) out += "  left: " + each + "\n";
  for (const std::string& each : unfinished) out += "  unfinished: " + each + "\n";
  if (abandoned_stacks > 0) out += fmt::format("  {} killed stacks could not be unwound\n", abandoned_stacks);
  return out;
}

}  // namespace twinloop::sim
