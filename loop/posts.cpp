// Queued callbacks: posts from any thread, next ticks, immediates.
#include "loop/function_task.hpp"
#include "loop/race_checks.hpp"
#include "twinloop/loop.hpp"

namespace twinloop {
namespace {
thread_local char thread_mark;  // its address tells threads apart, without a system call
}

void loop::task_queue::push(task& queued) {
  queued.next = nullptr;
  (last != nullptr ? last->next : first) = &queued;
  last = &queued;
}

task* loop::task_queue::pop() {
  task* taken = first;
  first = taken->next;
  if (first == nullptr) last = nullptr;
  return taken;
}

void loop::task_queue::append(task_queue& other) {
  if (other.first == nullptr) return;
  (last != nullptr ? last->next : first) = other.first;
  last = other.last;
  other = {};
}

const void* loop::current_thread() { return &thread_mark; }

/// Nobody but the thread inside of run may use what is not made for several: not even the one that made the loop, which
/// another may be about to run.
bool loop::in_own_thread() const { return thread_.load(std::memory_order_relaxed) == current_thread(); }

void loop::prepare_task(task& queued, where made, std::uint64_t callback) {
  TWINLOOP_ASSERT(!queued.queued);
  TWINLOOP_ASSERT(queued.run != nullptr);
  queued.queued = true;
  queued.made = {made.file, made.line, queued.made.touches, callback};
}

void loop::post(task& queued, where made) {
  if (in_own_thread()) {
    race_checks::release_if_watched(&queued);  // a simulated job comes this way, too
    const race_checks::gate scope;
    prepare_task(queued, made, callback_);
    const bool first = posted_.empty();
    posted_.push(queued);
    if (first) kernel_->wake();
    return;
  }
  prepare_task(queued, made, 0);
  // A stack that only its end is pushed to and that is taken as a whole: no ABA (Treiber, 1986).
  task* newest = remote_posts_.load(std::memory_order_relaxed);
  do {
    queued.next = newest;
  } while (!remote_posts_.compare_exchange_weak(newest, &queued, std::memory_order_release, std::memory_order_relaxed));
  if (newest == nullptr) kernel_->wake();
}

void loop::next_tick(task& queued, where made) {
  prepare_task(queued, made, callback_);
  ticks_.push(queued);
}

void loop::immediate(task& queued, where made) {
  prepare_task(queued, made, callback_);
  immediates_.push(queued);
}

[[gnu::noinline]] loop::function_task& loop::function_task::unused(loop& of) {
  if (!of.in_own_thread()) return *new function_task(of, false);
  of.functions_.push_back(std::make_unique<function_task>(of, true));
  return *of.functions_.back();
}

inline loop::function_task& loop::make_function_task(unique_function<void()>&& callback) {
  const race_checks::gate scope;
  function_task* made = nullptr;
  if (in_own_thread() && free_functions_ != nullptr) {
    made = free_functions_;
    free_functions_ = static_cast<function_task*>(made->next);
  } else {
    made = &function_task::unused(*this);
  }
  // It has no callback to be replaced: cheaper than an assignment, which would look for one.
  ::new (static_cast<void*>(&made->callback)) unique_function<void()>(std::move(callback));
  return *made;
}

void loop::post(unique_function<void()> callback, where made) { post(make_function_task(std::move(callback)), made); }

void loop::next_tick(unique_function<void()> callback, where made) {
  next_tick(make_function_task(std::move(callback)), made);
}

void loop::immediate(unique_function<void()> callback, where made) {
  immediate(make_function_task(std::move(callback)), made);
}

void loop::run_function_task(task& self) {
  auto& task = static_cast<function_task&>(self);
  struct release {  // also when the callback throws
    function_task& used;
    ~release() {
      if (!used.pooled) {
        delete &used;
        return;
      }
      used.callback = nullptr;
      used.next = used.owner->free_functions_;
      used.owner->free_functions_ = &used;
    }
  } guard{task};
  task.callback();
}

/// Runs a task that was just popped; it may queue itself again.
void loop::run_task(task& queued) {
  race_checks::acquire(&queued);
  queued.queued = false;
  begin_callback();
  queued.run(queued);
}

void loop::drain_ticks() {
  while (!ticks_.empty()) run_task(*ticks_.pop());
}

/// Appends what other threads have posted, and whoever posted outside of run.
void loop::take_remote_posts(task_queue& into) {
  task* newest = remote_posts_.exchange(nullptr, std::memory_order_acquire);
  task* oldest = nullptr;
  while (newest != nullptr) {
    task* next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest != nullptr) {
    task* next = oldest->next;
    into.push(*oldest);
    oldest = next;
  }
}

/// After wait reported a wake: what was posted until now may run.
void loop::take_posts() {
  posted_ready_.append(posted_);
  take_remote_posts(posted_ready_);
}

/// Phase 2.
void loop::run_posted() {
  while (!posted_ready_.empty()) {
    run_task(*posted_ready_.pop());
    if (!ticks_.empty()) drain_ticks();
  }
}

/// The first half of phase 7: those queued before the phase began.
void loop::run_immediates() {
  if (immediates_ready_.empty()) immediates_ready_.append(immediates_);
  while (!immediates_ready_.empty()) {
    run_task(*immediates_ready_.pop());
    drain_ticks();
  }
}

/// Phase 8.
void loop::run_closing() {
  while (!closing_.empty()) {
    run_task(*closing_.pop());
    drain_ticks();
  }
}

/// Queues a closing callback.
void loop::close_later(task& closing, where made) {
  prepare_task(closing, made, callback_);
  closing_.push(closing);
}

/// Takes a task of a dying handle out of whatever queue it stands in.
void loop::unqueue(task& dropped) {
  for (task_queue* queue : {&ticks_, &closing_}) {
    task* before = nullptr;
    for (task* each = queue->first; each != nullptr; before = each, each = each->next) {
      if (each != &dropped) continue;
      (before != nullptr ? before->next : queue->first) = dropped.next;
      if (queue->last == &dropped) queue->last = before;
      dropped.queued = false;
      return;
    }
  }
  TWINLOOP_ASSERT(!dropped.queued);  // it must have been in one of them
}

/// At the end of the loop: callables that never ran are destroyed.
void loop::drop_queued_functions() {
  take_posts();
  for (task_queue* queue : {&posted_ready_, &ticks_, &immediates_, &immediates_ready_, &closing_}) {
    while (!queue->empty()) {
      task* dropped = queue->pop();
      dropped->queued = false;
      if (dropped->run != &run_function_task) continue;
      auto* carrier = static_cast<function_task*>(dropped);
      if (!carrier->pooled) delete carrier;
    }
  }
  functions_.clear();
}

}  // namespace twinloop
