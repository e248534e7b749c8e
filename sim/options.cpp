// What sources that want options are told: each ready entry as an option of a pick, and each step as it happens. The
// causal bookkeeping behind it stands in causality.cpp, the keys in touches.cpp. Nothing here runs for other sources.
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

void world_state::expect_op(process_state& of, op& started) {
  const descriptor* on = find_descriptor(of, started.handle);
  const std::uint64_t name = on != nullptr ? on->node->hash : asked_for(of, started).hash;
  op_note::set_expectation(started, causality_.expect(of.index, name));
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
  const op* about = op_of(entry);
  causality_.make_ready(about != nullptr ? op_note::expectation(*about) : *expectation_of(entry), occurrence);
}

void world_state::describe_op(const op& about, choice_option& option) {
  causality_.describe(op_note::expectation(about), option);
}

/// Writes all of `option`, but its keys are left empty.
void world_state::describe_option(const ready_entry& entry, choice_option& option) {
  option.label = entry.label;
  option.identity = entry.identity;
  option.process = entry.process != nullptr ? entry.process->asked.hash : 0;
  option.keys = {};
  option.declared = false;
  if (entry.kind == entry_kind::completion) {  // most of them
    describe_op(*static_cast<op*>(entry.subject), option);
  } else if (entry.kind == entry_kind::pool) {
    const op* job = op_of(entry);
    causality_.describe(job != nullptr ? op_note::expectation(*job) : 0, option);
    option.enabled_by = entry.process->pool_enabled_by;
    option.occurrence = entry.process->pool_occurrence;
  } else if (const op* about = op_of(entry)) {
    describe_op(*about, option);
  } else {
    causality_.describe(*expectation_of(entry), option);
  }
}

/// The options of a pick.
std::span<const choice_option> world_state::describe_options(std::span<const std::uint32_t> entries) {
  if (choose_.wants_touches()) finish_step();
  options_scratch_.resize(entries.size());  // each is written whole: making them anew would write them twice
  for (std::size_t i = 0; i < entries.size(); ++i) describe_option(ready_[entries[i]], options_scratch_[i]);
  if (choose_.wants_keys()) add_keys_of_options(entries);
  return options_scratch_;
}

/// Spans into the scratch are set once it has stopped growing.
void world_state::add_keys_of_options(std::span<const std::uint32_t> entries) {
  keys_scratch_.clear();
  key_ends_.clear();
  const process_state* of = nullptr;
  bool hidden = false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const ready_entry& entry = ready_[entries[i]];
    if (entry.process != of) {
      of = entry.process;
      hidden = hides_callbacks(of);
    }
    options_scratch_[i].declared = add_keys(entry, hidden);
    key_ends_.push_back(keys_scratch_.size());
  }
  std::size_t begin = 0;
  for (std::size_t i = 0; i < options_scratch_.size(); ++i) {
    options_scratch_[i].keys = std::span(keys_scratch_).subspan(begin, key_ends_[i] - begin);
    begin = key_ends_[i];
  }
}

void world_state::begin_step(const ready_entry& entry) {
  if (choose_.wants_touches()) finish_step();
  step made;
  keys_scratch_.clear();
  describe_option(entry, made.what);
  made.what.declared = add_keys(entry, hides_callbacks(entry.process));
  made.what.keys = keys_scratch_;
  made.time = now_;
  op* const about = op_of(entry);
  expectation_id* const other = about == nullptr && entry.kind != entry_kind::pool ? expectation_of(entry) : nullptr;
  const expectation_id expected = about != nullptr ? op_note::expectation(*about) : other != nullptr ? *other : 0;
  made.number = causality_.begin_step(expected, events_.next_sequence());
  choose_.happened(made);
  if (entry.kind == entry_kind::job) {
    causality_.go_on(expected);
  } else if (entry.kind == entry_kind::completion) {
    withdraw_op(*about);
  } else if (other != nullptr) {
    causality_.withdraw(*other);
  }
}

/// Which of the queued jobs `eligible_` a pool thread takes. Identity: the name, and how many of that name were taken
/// or stand before it; so it does not depend on who is told.
std::uint32_t world_state::choose_job(process_state& of) {
  named& pool = asked_for(of, *of.node, "pool");
  const auto n = static_cast<std::uint32_t>(eligible_.size());
  const std::uint32_t at = pool.other++;
  if (n == 1) return 0;
  const auto identify = [&](std::uint32_t index) {
    const named& asked = asked_for(of, *of.queue[eligible_[index]]);
    std::uint32_t before = 0;
    for (std::uint32_t i = 0; i < index; ++i) before += asked_for(of, *of.queue[eligible_[i]]).hash == asked.hash;
    return mix64(mix64(asked.hash ^ 0x7374617274) + 0x632be59bd9b4e019ull * (asked.started + before + 1));
  };
  std::uint32_t value = 0;
  if (choose_.has_source()) {
    question asked{choice_kind::pool_start, pool.hash, at, n, {}, 0};
    if (choose_.wants_options()) {
      options_scratch_.clear();
      for (std::uint32_t i = 0; i < n; ++i) {
        const op& job = *of.queue[eligible_[i]];
        choice_option& offered = options_scratch_.emplace_back();
        describe_op(job, offered);
        offered.label = asked_for(of, job).hash;
        offered.process = of.asked.hash;
        offered.identity = identify(i);
      }
      asked.options = options_scratch_;
    }
    value = choose_.ask(asked);
  }
  choose_.commit(choice_kind::pool_start, pool.hash, at, n, value, identify(value));
  return value;
}

}  // namespace twinloop::sim
