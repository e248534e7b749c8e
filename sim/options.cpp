// What sources that want options are told: each ready entry as an option of a pick, and each step as it happens. What
// caused it is known in expectations.cpp, its keys in touches.cpp. Nothing here runs for other sources.
#include "sim/ready.hpp"

namespace twinloop::sim {

void world_state::describe_op(const op& about, choice_option& option) {
  causality_.describe(op_note::expectation(about), option);
}

/// Writes all of `option`, but leaves its keys empty.
void world_state::describe_option(const ready_entry& entry, choice_option& option) {
  option.label = entry.label;
  option.identity = entry.identity;
  option.process = entry.process != nullptr ? entry.process->asked.hash : 0;
  option.keys = {};
  option.declared = false;
  causality_.describe(expected_as(entry), option);
  if (entry.kind != entry_kind::pool) return;
  option.enabled_by = entry.process->pool_enabled_by;
  option.occurrence = entry.process->pool_occurrence;
}

/// The options of what became ready since the last pick. Some may be others at the next one, and are watched: those of
/// which may_change() says so, and what is declared, since more may run with it.
void world_state::add_options() {
  for (std::size_t i = offered_.size(); i < ready_.size(); ++i) {
    const ready_entry& entry = ready_[i];
    describe_option(entry, offered_.add());
    const bool watched = choose_.wants_keys() ? find_keys(i) || may_change(entry) : entry.kind == entry_kind::pool;
    if (watched) offered_.watch_last();
  }
}

/// True if they are declared, which they are for good.
bool world_state::find_keys(std::size_t index) {
  offered_.begin_keys();
  const bool declared = add_keys(ready_[index]);
  offered_.keep_keys(index);
  offered_[index].declared = declared;
  return declared;
}

/// Of the options there are.
void world_state::renew_keys() {
  renew_keys_ = false;
  if (!choose_.wants_keys()) return;
  for (std::size_t i = 0; i < offered_.size(); ++i) find_keys(i);
}

/// What a pool thread, a wake or a deadline bring depends on what is queued by then. All else stays as it is.
bool world_state::may_change(const ready_entry& entry) {
  return entry.kind == entry_kind::pool || entry.kind == entry_kind::wake || entry.kind == entry_kind::deadline;
}

void world_state::refresh_option(std::size_t index) {
  if (ready_[index].kind == entry_kind::pool) describe_option(ready_[index], offered_[index]);
  if (choose_.wants_keys()) find_keys(index);
}

/// The options of a pick: of all that is ready, or of `eligible_`.
std::span<const choice_option> world_state::options_of_pick(bool filtered) {
  if (choose_.wants_touches()) finish_step();
  if (renew_keys_) renew_keys();
  for (const std::uint32_t each : offered_.watched()) {
    if (may_change(ready_[each])) refresh_option(each);
  }
  if (offered_.size() < ready_.size()) add_options();
  bool as_they_are = !filtered;
  for (const std::uint32_t each : offered_.watched()) {
    if (offered_[each].declared && runs_more(ready_[each])) as_they_are = false;
  }
  return as_they_are ? offered_.all() : narrowed_options(filtered);
}

/// Copies of them: of `eligible_` only, or not declared where more may run.
std::span<const choice_option> world_state::narrowed_options(bool filtered) {
  options_scratch_.clear();
  const std::size_t count = filtered ? eligible_.size() : offered_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t index = filtered ? eligible_[i] : i;
    choice_option& copy = options_scratch_.emplace_back(offered_[index]);
    copy.declared = copy.declared && !runs_more(ready_[index]);
  }
  return options_scratch_;
}

/// What it is stands in `told_`.
inline void world_state::tell_step(const ready_entry& entry) {
  if (told_.what.declared) told_.what.declared = !runs_more(entry);
  expectation_id expected = expected_as(entry);
  told_.number = causality_.begin_step(expected, events_.next_sequence());
  told_.time = now_;
  choose_.happened(told_);
  switch (entry.kind) {
    case entry_kind::completion:
      op_note::set_expectation(*static_cast<op*>(entry.subject), 0);
      return causality_.withdraw(expected);
    case entry_kind::deadline:
      return causality_.withdraw(entry.process->expected_deadline);
    case entry_kind::job:
      return causality_.go_on(expected);
    case entry_kind::pool:
      return;  // start_job() says whose it is
    default:
      causality_.withdraw(*expectation_of(entry));
  }
}

/// Ready entry `index` happens now: its option goes.
void world_state::begin_step(std::size_t index) {
  if (index >= offered_.size()) return begin_step_unasked(ready_[index]);
  if (choose_.wants_touches()) finish_step();
  if (renew_keys_) renew_keys();
  if (may_change(ready_[index])) refresh_option(index);
  told_.what = offered_[index];
  if (!choose_.wants_keys()) describe_keys(ready_[index], told_.what);
  tell_step(ready_[index]);
  offered_.erase(index);
}

/// The same for what was no option of a pick.
void world_state::begin_step_unasked(const ready_entry& entry) {
  if (choose_.wants_touches()) finish_step();
  describe_option(entry, told_.what);
  describe_keys(entry, told_.what);
  tell_step(entry);
}

/// For a step. They are good until others are begun.
void world_state::describe_keys(const ready_entry& entry, choice_option& option) {
  if (!choose_.wants_keys_of_steps()) return;
  offered_.begin_keys();
  option.declared = add_keys(entry);
  option.keys = offered_.begun_keys();
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
