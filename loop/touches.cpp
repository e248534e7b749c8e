// Declarations of what callbacks touch, kept by the loop as lists that are numbered from 1.
#include "twinloop/touches.hpp"

#include <algorithm>

#include "loop/timer_queue.hpp"
#include "twinloop/loop.hpp"

namespace twinloop {

std::uint32_t loop_view::declare(loop& on, std::initializer_list<touch> keys) {
  const auto same = std::find_if(on.touches_.begin(), on.touches_.end(), [&](const std::vector<touch>& each) {
    return std::equal(each.begin(), each.end(), keys.begin(), keys.end());
  });
  if (same != on.touches_.end()) return static_cast<std::uint32_t>(same - on.touches_.begin()) + 1;
  on.touches_.emplace_back(keys);
  return static_cast<std::uint32_t>(on.touches_.size());
}

void touches_only(handle& of, std::initializer_list<touch> keys) { of.declare(loop_view::declare(of.loop(), keys)); }

void touches_only(loop& on, op& of, std::initializer_list<touch> keys) {
  TWINLOOP_ASSERT(of.state == op_state::idle);
  of.made.touches = loop_view::declare(on, keys);
}

void touches_only(loop& on, task& of, std::initializer_list<touch> keys) {
  TWINLOOP_ASSERT(!of.queued);
  of.made.touches = loop_view::declare(on, keys);
}

std::span<const touch> loop_view::declared(const loop& of, std::uint32_t touches) {
  TWINLOOP_ASSERT(touches > 0 && touches <= of.touches_.size());
  return of.touches_[touches - 1];
}

bool loop_view::running(const loop& of) { return of.running_; }

bool loop_view::runs_undeclared(const loop& of) {
  for (const auto& hooks : of.hooks_) {
    if (hooks.first != nullptr) return true;
  }
  return !of.ticks_.empty() || !of.posted_ready_.empty() || !of.immediates_.empty() || !of.immediates_ready_.empty() ||
         !of.closing_.empty();
}

namespace {
bool is_armed_timer(const handle& each) {
  return each.type() == timer_queue::type_of_timers && static_cast<const intrusive_timer&>(each).armed();
}

[[gnu::noinline]] void append_declared(const loop& of, const origin& made, std::vector<touch>& into) {
  const std::span<const touch> keys = loop_view::declared(of, made.touches);
  into.insert(into.end(), keys.begin(), keys.end());
}

/// False if it declares nothing, as most do.
bool append(const loop& of, const origin& made, std::vector<touch>& into) {
  if (made.touches == 0) return false;
  append_declared(of, made, into);
  return true;
}
}  // namespace

bool loop_view::collect_timers(const loop& of, std::int64_t until, std::vector<touch>& into) {
  bool all = true;
  for (const handle* each = of.first_handle_; each != nullptr; each = each->next_) {
    if (!is_armed_timer(*each)) continue;
    const auto& armed = static_cast<const intrusive_timer&>(*each);
    if (armed.due().time_since_epoch().count() <= until) all = append(of, armed.made(), into) && all;
  }
  return all;
}

bool loop_view::has_due_timers(loop& of, std::int64_t until) { return of.timers_->next_due() <= until; }

/// In simulation nobody else pushes meanwhile.
template <class Visit>
void loop_view::for_each_post(const loop& of, Visit visit) {
  for (const task* each = of.posted_.first; each != nullptr; each = each->next) visit(*each);
  for (const task* each = of.remote_posts_.load(std::memory_order_acquire); each != nullptr; each = each->next) {
    visit(*each);
  }
}

bool loop_view::collect_posts(const loop& of, std::vector<touch>& into) {
  bool all = true;
  for_each_post(of, [&](const task& each) { all = append(of, each.made, into) && all; });
  return all;
}

std::uint64_t loop_view::timers_state(const loop& of) {
  std::uint64_t state = 0;
  std::uint64_t place = 0;
  for (const handle* each = of.first_handle_; each != nullptr; each = each->next_) {
    ++place;
    if (!is_armed_timer(*each)) continue;
    const auto& armed = static_cast<const intrusive_timer&>(*each);
    state = (state ^ place ^ static_cast<std::uint64_t>(armed.due_) << 8) * 0x100000001b3ull + armed.sequence_;
  }
  return state;
}

std::uint64_t loop_view::posts_state(const loop& of) {
  std::uint64_t queued = 0;
  for_each_post(of, [&](const task&) { ++queued; });
  return queued;
}

}  // namespace twinloop
