// Dispatch of the eight verbs, the life of a completion, and wait().
#include "real/epoll_kernel.hpp"

#include <utility>

#include "real/clock.hpp"
#include "real/op_phase.hpp"
#include "real/pool_call.hpp"
#include "twinloop/buffer_pool.hpp"

namespace twinloop::real {

epoll_kernel::epoll_kernel(kernel_options options)
    : pool_({options.threads, options.slow_threads}, *this, table_, wake_),
      event_buffer_(options.events_per_wait),
      now_(read_monotonic()) {
  TWINLOOP_ASSERT(options.events_per_wait > 0);
  const result<void> watched =
      events_.add(wake_.descriptor(), static_cast<std::uint64_t>(handle_id::none), EPOLLIN | EPOLLET);
  if (!watched) throw std::system_error(watched.error(), "twinloop: epoll cannot watch the real kernel's eventfd");
}

void epoll_kernel::submit(op& started) {
  TWINLOOP_ASSERT(started.state == op_state::pending);
  switch (started.kind) {
    case op_kind::accept:
      return start_accept(static_cast<accept_op&>(started));
    case op_kind::connect:
      return start_connect(static_cast<connect_op&>(started));
    case op_kind::recv:
      return start_receive(static_cast<recv_op&>(started));
    case op_kind::send:
      return start_send(static_cast<send_op&>(started));
    case op_kind::shutdown:
      return start_shutdown(static_cast<shutdown_op&>(started));
    case op_kind::close:
      return start_close(static_cast<close_op&>(started));
    case op_kind::file:
      return start_file(static_cast<file_op&>(started));
    case op_kind::resolve:
    case op_kind::work:
      return pool_.stage(started);
  }
  TWINLOOP_ASSERT(!"a kind of operation that this kernel knows");
}

// ---- finishing

void epoll_kernel::finish(op& ended, completion done) {
  done.target = &ended;
  set_phase(ended, op_phase::finished);
  ended.kernel_word[1] = finished_.push(done);
}

std::uint32_t epoll_kernel::deliver(std::span<completion> out) {
  std::uint32_t count = 0;
  while (count < out.size() && !finished_.empty()) {
    out[count] = finished_.pop();
    op& target = *out[count++].target;
    if (target.in_kernel_hands.load(std::memory_order_relaxed)) {
      target.in_kernel_hands.store(false, std::memory_order_relaxed);
    }
  }
  return count;
}

// ---- cancelling

void epoll_kernel::cancel(op& target, cancel_mode mode) noexcept {
  TWINLOOP_ASSERT(target.state == op_state::pending);
  if (mode == cancel_mode::detach) TWINLOOP_ASSERT(!target.in_kernel_hands);
  withdraw(target, mode);
}

void epoll_kernel::withdraw(op& target, cancel_mode mode) {
  switch (phase_of(target)) {
    case op_phase::waiting:
      return withdraw_waiting(target, mode);
    case op_phase::finished:  // a request comes too late: what happened is what will be told
      if (mode == cancel_mode::detach) forget_finished(target);
      return;
    default:
      return withdraw_from_pool(target, mode);
  }
}

void epoll_kernel::withdraw_waiting(op& target, cancel_mode mode) {
  if (is_close(target)) {
    // A close that waits for the file's other calls. It will be done, whoever wants to hear of it.
    if (mode == cancel_mode::detach) table_.pinned(closed_handle(target)).closer = nullptr;
    return;
  }
  descriptor* entry = table_.find(target.handle);
  TWINLOOP_ASSERT(entry != nullptr);
  op*& place = entry->input == &target ? entry->input : entry->output == &target ? entry->output : entry->connect;
  TWINLOOP_ASSERT(place == &target);
  place = nullptr;
  if (mode == cancel_mode::request) return finish(target, errc::cancelled);
  if (target.kind == op_kind::accept) forget_finished(target);  // connections of a multishot, not delivered yet
}

void epoll_kernel::withdraw_from_pool(op& target, cancel_mode mode) {
  const bool closes = is_close(target);
  if (closes && mode == cancel_mode::request) return;  // a close is always carried out
  if (pool_.withdraw(target)) {
    if (closes) return table_.end_close(closed_handle(target));
    if (mode == cancel_mode::request) finish(target, errc::cancelled);
    settle_file_call(target);
    return;
  }
  pool_.ask_to_stop(target);
  if (mode == cancel_mode::request) return;
  // A worker took it between the caller's look at in_kernel_hands and now: there is no way but to see it out.
  while (phase_of(target) != op_phase::finished) {
    poll(duration::max());
    collect_pool();
  }
  forget_finished(target);
  target.in_kernel_hands = false;
}

/// Nobody will hear of what `target` did: its completions go, and what they hold with them.
void epoll_kernel::forget_finished(op& target) {
  if (target.kind != op_kind::accept) return drop_result(target, finished_.forget(target.kernel_word[1], target));
  finished_.forget_all(target, [&](const completion& done) { drop_result(target, done); });
}

void epoll_kernel::drop_result(const op& target, const completion& done) {
  if (done.error != errc::ok) return;
  const bool opened =
      target.kind == op_kind::file && static_cast<const file_op&>(target).request.call == file_call::open;
  if (opened || target.kind == op_kind::accept) {
    const auto handle = static_cast<handle_id>(done.aux);
    if (table_.begin_close(handle)) table_.end_close(handle);
  }
  if (target.kind != op_kind::recv || done.aux == buffer_pool::none) return;
  if (buffer_pool* pool = static_cast<const recv_op&>(target).pool)
    pool->give_back(static_cast<std::uint32_t>(done.aux));
}

// ---- waiting

duration epoll_kernel::time_left(time_point deadline, bool must_not_sleep) {
  if (must_not_sleep || deadline <= now_) return duration::zero();
  if (deadline == never) return duration::max();
  now_ = read_monotonic();  // callbacks have taken their time since the last look
  return deadline - now_;
}

wait_result epoll_kernel::wait(time_point deadline, std::span<completion> out) {
  TWINLOOP_ASSERT(!out.empty());
  for (;;) {
    collect_pool();
    const bool ready = woken_ || !finished_.empty();
    if (!ready) hand_over();
    if (!ready || ++unpolled_waits_ >= unpolled_waits_max || unpolled_bytes_ >= unpolled_bytes_max) {
      unpolled_waits_ = 0;
      unpolled_bytes_ = 0;
      poll(time_left(deadline, ready));
      collect_pool();
    }
    now_ = read_monotonic();
    if (woken_ || !finished_.empty() || deadline <= now_) break;
  }
  // While there is something to deliver, jobs may gather for a moment: each hand-over may have to wake a thread.
  if (now_ - handed_over_ >= hand_over_interval) hand_over();
  const std::uint32_t count = deliver(out);
  return {count, std::exchange(woken_, false), now_, now_};
}

void epoll_kernel::hand_over() {
  pool_.hand_over();
  handed_over_ = now_;
}

void epoll_kernel::poll(duration timeout) {
  const bool sleeps = timeout > duration::zero();
  if (sleeps && !wake_.fall_asleep()) timeout = duration::zero();
  const std::size_t count = events_.wait(timeout, event_buffer_);
  ++polls_;
  for (std::size_t i = 0; i < count; ++i) handle_event(event_buffer_[i]);
}

/// Takes notice of what was raised, and takes over what the pool has finished.
void epoll_kernel::collect_pool() {
  if (!wake_.raised()) return;
  const std::uint32_t reasons = wake_.take();
  if ((reasons & wake_called) != 0) woken_ = true;
  if ((reasons & pool_returned) == 0) return;
  for (op* each = pool_.collect(); each != nullptr;) {
    op* next = each->kernel_next;
    finish(*each, completion_of(*each));
    settle_file_call(*each);
    each = next;
  }
}

void epoll_kernel::wake() noexcept { wake_.raise(wake_called); }

time_point epoll_kernel::now(bool update) noexcept {
  if (update) now_ = read_monotonic();
  return now_;
}

wall_time epoll_kernel::wall() noexcept { return read_wall(); }

}  // namespace twinloop::real
