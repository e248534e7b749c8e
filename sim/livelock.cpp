#include "sim/livelock.hpp"

#include "sim/world_state.hpp"

#include <fmt/format.h>

namespace twinloop::sim {

void world_state::set_limits() {
  repetition_.restart();
  watch_steps_ = repetition::watch_from(options_.step_limit);
  watch_instant_ = repetition::watch_from(options_.instant_limit);
}

/// Of the world when `entry` is about to happen. Sums, so that the order in which things became ready does not count.
std::uint64_t world_state::visible_state(const ready_entry& entry) {
  std::uint64_t state = mix64(entry.label);
  if (entry.kind == entry_kind::completion) {
    const op& done = *static_cast<const op*>(entry.subject);
    if (done.kind == op_kind::file) state += mix64(static_cast<const file_op&>(done).request.offset + 1);
  }
  for (std::size_t i = 0; i < ready_.size(); ++i) state += mix64(ready_[i].label + 1);
  for (const held_entry& each : held_) state += mix64(each.entry.label + 2);
  for (const auto& each : sockets_) {
    if (each->node != nullptr) state += mix64(each->node->hash ^ each->received.in_use());
  }
  if (!events_.empty()) state += mix64(static_cast<std::uint64_t>(events_.top().time() - now_));
  if (!observed_state_) return state;
  observing_ = true;
  const std::uint64_t observed = observed_state_();
  observing_ = false;
  return mix64(state ^ observed);
}

/// Called from a while before the limits on. True: one of them is reached, and the run has failed.
bool world_state::over_limits(const ready_entry& entry) {
  repetition_.add(visible_state(entry));
  const bool instant = instant_ >= options_.instant_limit;
  if (!instant && deliveries_ < options_.step_limit) return false;
  failed_as_ = repetition_.repeats() ? outcome::livelock : outcome::slow;
  const std::string where =
      instant ? fmt::format("{} deliveries without time passing, the last to {}", instant_,
                            entry.process != nullptr ? name_arena::text_of(*entry.process->node) : "the world")
              : fmt::format("the run did not end within {} deliveries", options_.step_limit);
  record_failure(name(failed_as_),
                 where + (failed_as_ == outcome::livelock ? "; the same states come again and again"
                                                          : "; its state keeps changing"),
                 "");
  return true;
}

}  // namespace twinloop::sim
