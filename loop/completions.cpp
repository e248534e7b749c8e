// The life of operations between submit and their callback, and what happens to those that are destroyed early.
#include <exception>
#include <utility>

#include "loop/close_quietly.hpp"
#include "twinloop/loop.hpp"

namespace twinloop {

void loop::submit(op& started, where made) {
  TWINLOOP_ASSERT(started.state == op_state::idle);
  TWINLOOP_ASSERT(started.on_complete != nullptr);
  started.made = {made.file, made.line, started.made.touches, callback_};
  started.owner = this;
  started.state = op_state::pending;
  started.previous = last_op_;
  started.next = nullptr;
  (last_op_ != nullptr ? last_op_->next : first_op_) = &started;
  last_op_ = &started;
  if (started.keeps_alive) ++alive_count_;
  kernel_->submit(started);
}

/// Makes an op idle: the caller's again.
void loop::unlink(op& finished) {
  TWINLOOP_ASSERT(finished.state != op_state::idle);
  (finished.previous != nullptr ? finished.previous->next : first_op_) = finished.next;
  (finished.next != nullptr ? finished.next->previous : last_op_) = finished.previous;
  finished.state = op_state::idle;
  finished.in_kernel_hands.store(false, std::memory_order_relaxed);  // it is this thread's now: no fence is due
  if (finished.keeps_alive) --alive_count_;
}

void loop::cancel(op& target) {
  TWINLOOP_ASSERT(target.state != op_state::idle);
  if (target.state == op_state::pending) kernel_->cancel(target, cancel_mode::request);
}

void loop::mark_delivered(const completion& done) {
  if (done.target != nullptr && (done.flags & flag_more) == 0) done.target->state = op_state::delivered;
}

/// Phase 6.
void loop::run_completions() {
  while (batch_next_ < batch_size_) {
    const completion& done = batch_[batch_next_++];
    if (done.target == nullptr) continue;  // destroyed by a callback before it
    ++metrics_.completions;
    complete(done);
    if (!ticks_.empty()) drain_ticks();
  }
}

void loop::complete(const completion& done) {
  op& target = *done.target;
  if ((done.flags & flag_more) == 0) unlink(target);
  begin_callback();
  if (target.kind == op_kind::work) {
    auto& work = static_cast<work_op&>(target);
    if (std::exception_ptr failure = std::exchange(work.failure, nullptr)) {
      if (work.on_failure != nullptr) work.on_failure(work);
      std::rethrow_exception(failure);
    }
  }
  target.on_complete(target, done);  // may destroy it
}

void loop::detach(op& target) {
  if (target.state == op_state::idle) return;
  TWINLOOP_ASSERT(target.owner == this);
  if (target.state == op_state::pending) {
    if (target.in_kernel_hands) {
      // The kernel works on its memory: only an unwinding or a dying loop may wait for that here.
      TWINLOOP_ASSERT(destroying_ || std::uncaught_exceptions() > 0);
      wait_for_release(target);
    } else {
      kernel_->cancel(target, cancel_mode::detach);
    }
  }
  for (std::uint32_t i = batch_next_; i < batch_size_; ++i) drop_completion(batch_[i], target);
  for (completion& later : postponed_) drop_completion(later, target);
  unlink(target);
}

/// If `dropped` is about `target`, nobody will hear of it: what it brings goes back to where it came from.
void loop::drop_completion(completion& dropped, op& target) {
  if (dropped.target != &target) return;
  dropped.target = nullptr;
  if (dropped.error != errc::ok) return;
  const bool opened = target.kind == op_kind::file && static_cast<file_op&>(target).request.call == file_call::open;
  if (opened || target.kind == op_kind::accept) close_quietly(*this, static_cast<handle_id>(dropped.aux));
  if (target.kind != op_kind::recv || dropped.count == 0) return;
  if (buffer_pool* pool = static_cast<recv_op&>(target).pool) pool->give_back(static_cast<std::uint32_t>(dropped.aux));
}

/// Blocks until the kernel has completed `held`; what else completes meanwhile is kept for the next poll.
void loop::wait_for_release(op& held) {
  kernel_->cancel(held, cancel_mode::request);
  completion seen[batch_capacity];
  try {
    while (held.in_kernel_hands) {
      const wait_result result = kernel_->wait(never, seen);
      for (std::uint32_t i = 0; i < result.count; ++i) {
        mark_delivered(seen[i]);
        if (seen[i].target == &held && held.state == op_state::delivered) {
          held.in_kernel_hands = false;
          drop_completion(seen[i], held);
        } else {
          postponed_.push_back(seen[i]);
        }
      }
      if (result.woken) take_posts();
    }
  } catch (...) {
    // A simulated process that is being killed: its kernel has forgotten all of its operations already.
  }
}

/// For ~loop: nothing completes any more, and no job runs on.
void loop::cancel_everything() {
  auto drop = [this](completion& dropped) {
    if (dropped.target == nullptr) return;
    op& target = *dropped.target;
    const bool last = (dropped.flags & flag_more) == 0;
    drop_completion(dropped, target);
    if (last) unlink(target);
  };
  for (std::uint32_t i = batch_next_; i < batch_size_; ++i) drop(batch_[i]);
  for (completion& later : postponed_) drop(later);
  for (op* each = first_op_; each != nullptr; each = each->next) {
    if (each->state == op_state::pending) kernel_->cancel(*each, cancel_mode::request);
  }
  try {
    while (first_op_ != nullptr) {
      const wait_result result = kernel_->wait(never, batch_);
      for (std::uint32_t i = 0; i < result.count; ++i) drop(batch_[i]);
    }
  } catch (...) {
    while (first_op_ != nullptr) unlink(*first_op_);  // killed: the kernel has forgotten them
  }
  batch_size_ = 0;
  batch_next_ = 0;
  postponed_.clear();
}

op::~op() {
  if (state != op_state::idle) owner->detach(*this);
}

}  // namespace twinloop
