// Where the number of an expectation stands, and when expectations are made, ready and withdrawn; the bookkeeping
// itself is in causality.cpp. Nothing here runs for sources that want no options.
#include "sim/ready.hpp"

namespace twinloop::sim {

expectation_id* world_state::expectation_of(const ready_entry& entry) {
  switch (entry.kind) {
    case entry_kind::completion:
    case entry_kind::job:
    case entry_kind::pool:
      return nullptr;  // op_of: their expectation stands in the op
    case entry_kind::wake:
      return &entry.process->expected_wake;
    case entry_kind::deadline:
      return &entry.process->expected_deadline;
    case entry_kind::main_call:
      return &entry.process->expected_call;
    case entry_kind::start:
      return &entry.process->expected_start;
    case entry_kind::callback:
      return &static_cast<world_callback*>(entry.subject)->expected;
    case entry_kind::crash:
      break;
  }
  TWINLOOP_ASSERT(false);
}

/// The op that an entry is about: of a pool entry the one that naturally starts. May be nullptr.
op* world_state::op_of(const ready_entry& entry) {
  if (entry.kind == entry_kind::completion) return static_cast<op*>(entry.subject);
  if (entry.kind == entry_kind::job) return static_cast<job_state*>(entry.subject)->running;
  if (entry.kind == entry_kind::pool && !entry.process->queue.empty()) return entry.process->queue.front();
  return nullptr;
}

/// expected_as() of what is neither completion nor deadline.
expectation_id world_state::expected_otherwise(const ready_entry& entry) {
  if (entry.kind != entry_kind::pool && entry.kind != entry_kind::job) return *expectation_of(entry);
  const op* about = op_of(entry);
  return about != nullptr ? op_note::expectation(*about) : 0;
}

void world_state::expect_op(process_state& of, op& started) {
  const auto name = [&] { return chain_name_of(of, started); };
  op_note::set_expectation(started, causality_.expect(of.index, name));
}

/// What a chain is called that an op opens.
std::uint64_t world_state::chain_name_of(process_state& of, const op& started) {
  const descriptor* on = of.find_open(started.handle);
  return on != nullptr ? on->node->hash : asked_for(of, started).hash;
}

void world_state::withdraw_op(op& gone) {
  expectation_id expected = op_note::expectation(gone);
  causality_.withdraw(expected);
  op_note::set_expectation(gone, 0);
}

/// The wait's deadline stands for the timers behind it: whoever changed it has armed the next one.
void world_state::expect_deadline(process_state& of, std::int64_t due) {
  if (of.expected_deadline != 0 && of.expected_due == due) return;
  if (!of.deadline_ready || due > now_) causality_.withdraw(of.expected_deadline);
  of.expected_due = due;
  if (due != INT64_MAX && of.expected_deadline == 0) of.expected_deadline = causality_.expect(of.index, of.asked.hash);
}

void world_state::forget_expectations(process_state& of) {
  causality_.withdraw_all_of(of.index);
  of.expected_wake = of.expected_deadline = of.expected_call = of.expected_start = 0;
}

void world_state::note_ready(const ready_entry& entry, const named& asked) {
  const bool job = entry.kind == entry_kind::job;
  const std::uint32_t occurrence = (job ? static_cast<job_state*>(entry.subject)->name->resumed : asked.ready) - 1;
  if (entry.kind == entry_kind::pool) {
    entry.process->pool_enabled_by = causality_.working_for();
    entry.process->pool_occurrence = occurrence;
    return;
  }
  causality_.make_ready(expected_as(entry), occurrence);
}

}  // namespace twinloop::sim
