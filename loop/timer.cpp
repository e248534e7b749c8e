// Timers as handles; their order is kept by timer_queue.
#include "loop/timer_queue.hpp"
#include "twinloop/loop.hpp"

namespace twinloop {

intrusive_timer::intrusive_timer(class loop& owner, handler on_fire, label name, where made)
    : handle(owner, timer_queue::type_of_timers, name, made), on_fire_(on_fire) {
  TWINLOOP_ASSERT(on_fire != nullptr);
}

intrusive_timer::~intrusive_timer() {
  if (armed_) deactivate();
  loop().timers_->remove(*this);
}

namespace {
time_point later(time_point now, duration wait) { return wait < never - now ? now + wait : never; }
}  // namespace

void intrusive_timer::start(duration delay, duration repeat) {
  start_at(later(loop().now(), delay > duration::zero() ? delay : duration::zero()), repeat);
}

void intrusive_timer::start_at(time_point due, duration repeat) {
  TWINLOOP_ASSERT(repeat >= duration::zero());
  if (!armed_) activate();
  repeat_ = repeat;
  const std::int64_t at = due.time_since_epoch().count();
  loop().timers_->start(*this, at > 0 ? at : 0);
}

void intrusive_timer::stop() {
  if (!armed_) return;
  loop().timers_->stop(*this);
  deactivate();
}

timer::timer(class loop& owner, unique_function<void()> callback, label name, where made)
    : intrusive_timer(
          owner, [](intrusive_timer& self) { static_cast<timer&>(self).callback_(); }, name, made),
      callback_(std::move(callback)) {}

/// A repeating timer is armed again, from the loop's now, before its callback runs.
void loop::fire(intrusive_timer& due) {
  if (due.repeat_ > duration::zero()) {
    timers_->start(due, later(now_, due.repeat_).time_since_epoch().count());
  } else {
    due.deactivate();
  }
  begin_callback();
  due.on_fire_(due);  // may destroy it
  if (!ticks_.empty()) drain_ticks();
}

/// Phase 1.
void loop::run_timers() {
  const std::int64_t limit = timers_until_.time_since_epoch().count();
  if (intrusive_timer* only = timers_->take_only_due(limit)) return fire(*only);
  timers_->collect_due(limit);
  while (intrusive_timer* due = timers_->pop_due()) fire(*due);
}

}  // namespace twinloop
