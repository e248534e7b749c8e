// How the end of an operation becomes something that may happen: the few functions that nearly every step of a run goes
// through, in a header so that the compiler sees them where they are called, whichever file that is.
#ifndef TWINLOOP_SIM_READY_HPP
#define TWINLOOP_SIM_READY_HPP

#include "sim/world_state.hpp"

namespace twinloop::sim {

inline constexpr std::uint32_t defer_answers = 16;  // see hold_completion

/// As what the entry was expected; 0 = it was not.
inline expectation_id world_state::expected_as(const ready_entry& entry) {
  if (entry.kind == entry_kind::completion) return op_note::expectation(*static_cast<op*>(entry.subject));
  if (entry.kind == entry_kind::deadline) return entry.process->expected_deadline;
  return expected_otherwise(entry);
}

inline void world_state::enqueue_completion(process_state& of, op& done, named& asked, choice_kind how) {
  op_note::move(done, op_place::ready);
  const ready_entry entry{entry_kind::completion, &of, &done, asked.hash, identity_of(asked)};
  if (choose_.wants_options()) causality_.make_ready(op_note::expectation(done), asked.ready - 1);
  const std::uint32_t answer = choose_.choose(how, asked.hash, asked.defer, defer_answers, entry.identity);
  if (answer == 0) return enqueue_noted(entry);
  op_note::move(done, op_place::held);
  if (options_.log_events) keep_text(entry);
  hold_completion(entry, answer);
}

/// The result of `done` is known; it is delivered when its turn comes.
inline void world_state::finish_now(process_state& of, op& done, named& asked, errc error, std::int64_t count) {
  op_note::set_count(done, count);
  op_note::set(done, op_place::ready, error);
  done.in_kernel_hands.store(false, std::memory_order_relaxed);  // one thread: no fence is due
  enqueue_completion(of, done, asked, done.kind == op_kind::close ? choice_kind::close_defer : choice_kind::defer);
}

}  // namespace twinloop::sim

#endif
