// Completions that are held back, by count or by virtual time, and how they come back.
#include "sim/world_state.hpp"

namespace twinloop::sim {
namespace {
constexpr std::uint32_t count_answers = 8;      // v < 8: until 2^v - 1 others were delivered
constexpr std::int64_t time_step = 62'500'000;  // v >= 8: v - 7 times this, up to 500 ms
constexpr std::uint64_t not_by_count = UINT64_MAX;
}  // namespace

void world_state::hold_completion(const ready_entry& entry, std::uint32_t answer) {
  TWINLOOP_ASSERT(answer > 0);
  if (answer < count_answers) {
    held_.push_back({entry, deliveries_ + (std::uint64_t{1} << answer) - 1});
    return;
  }
  const std::int64_t time = now_ + (answer - count_answers + 1) * time_step;
  held_.push_back({entry, not_by_count, time});
  events_.push(time, event_kind::release, nullptr, 0, 0);
}

void world_state::release_one(std::size_t index) {
  const ready_entry entry = held_[index].entry;
  held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(index));
  if (entry.kind == entry_kind::completion) op_note::move(*static_cast<op*>(entry.subject), op_place::ready);
  enqueue_noted(entry);
}

/// What was held until now. Nothing, if it was cancelled meanwhile or its process is gone.
void world_state::release_timed() {
  for (std::size_t i = 0; i < held_.size();) {
    if (held_[i].release_time <= now_) {
      release_one(i);
    } else {
      ++i;
    }
  }
}

/// For a while nothing but deliveries has happened, and time does not pass: a program spins, perhaps until the very
/// thing comes that is held. On no kernel would it wait for ever, so it comes now; a program that spins all the same is
/// named.
void world_state::release_starved() {
  for (held_entry& each : held_) {
    if (each.release_at == not_by_count) each.release_time = now_;
  }
  release_timed();
}

}  // namespace twinloop::sim
