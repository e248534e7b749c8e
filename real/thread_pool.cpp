// The queue of the thread pool, its workers, and the way back.
#include "real/thread_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <system_error>

#include "real/clock.hpp"
#include "real/op_phase.hpp"
#include "real/pool_call.hpp"

namespace twinloop::real {
namespace {

// Up to this time per job, taking more than one per lock pays, and delays nobody noticeably.
constexpr duration short_job = std::chrono::microseconds(20);

/// Signals are for the program's own threads: the workers are started with all of them blocked.
class signals_blocked {
 public:
  signals_blocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

thread_pool::thread_pool(pool_limits limits, kernel& below, descriptor_table& table, wake_channel& wake)
    : limits_(limits), kernel_(below), table_(table), wake_(wake) {
  TWINLOOP_ASSERT(limits.threads >= 1 && limits.threads <= 1024);
  TWINLOOP_ASSERT(limits.slow_threads >= 1 && limits.slow_threads <= limits.threads);
}

thread_pool::~thread_pool() {
  {
    const std::lock_guard guard(lock_);
    stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& each : threads_) each.join();
}

// ---- the loop's side

void thread_pool::stage(op& started) {
  set_phase(started, op_phase::staged);
  staged_.push(started);
}

void thread_pool::start_threads() {
  threads_.reserve(limits_.threads);
  const signals_blocked none_for_workers;
  try {
    while (threads_.size() < limits_.threads) threads_.emplace_back([this] { run_worker(); });
  } catch (const std::system_error&) {
    // Fewer threads than wanted do as well; without any, fail_staged says so.
  }
}

void thread_pool::fail_staged() {
  while (!staged_.empty()) {
    op& refused = staged_.pop();
    fail_pool_op(refused, errc::out_of_memory);
    give_back(&refused, &refused);
  }
}

void thread_pool::hand_over() {
  if (staged_.empty()) return;
  if (threads_.empty()) start_threads();
  if (threads_.empty()) return fail_staged();
  op_list slow;
  for (op* each = staged_.first(); each != nullptr;) {
    op* next = op_list::next(*each);
    set_phase(*each, op_phase::queued);
    if (each->kind == op_kind::resolve) {
      staged_.remove(*each);
      slow.push(*each);
    }
    each = next;
  }
  bool wakes = false;
  {
    const std::lock_guard guard(lock_);
    queued_.append(staged_);
    slow_.append(slow);
    wakes = idle_ > 0;
  }
  if (wakes) work_.notify_one();
}

bool thread_pool::withdraw(op& target) {
  if (phase_of(target) == op_phase::staged) {
    staged_.remove(target);
    return true;
  }
  const std::lock_guard guard(lock_);
  if (phase_of(target) != op_phase::queued) return false;
  (target.kind == op_kind::resolve ? slow_ : queued_).remove(target);
  return true;
}

void thread_pool::ask_to_stop(op& target) { stop_pool_op(target); }

op* thread_pool::collect() {
  op* newest = returned_.exchange(nullptr, std::memory_order_acquire);
  op* oldest_first = nullptr;
  while (newest != nullptr) {
    op* older = newest->kernel_next;
    newest->kernel_next = oldest_first;
    oldest_first = newest;
    newest = older;
  }
  return oldest_first;
}

// ---- the workers' side

/// One op, or a share of the short jobs at the front of the queue; linked by kernel_next. With the lock held.
op* thread_pool::take(std::uint32_t share_limit, bool& slow) {
  slow = slow_ready() && (queued_.empty() || slow_next_);
  slow_next_ = !slow;
  if (!slow) return take_share(share_limit);
  ++slow_running_;
  op& taken = slow_.pop();
  taken.kernel_next = nullptr;
  taken.in_kernel_hands.store(true, std::memory_order_relaxed);
  set_phase(taken, op_phase::taken);
  return &taken;
}

op* thread_pool::take_share(std::uint32_t share_limit) {
  const auto fair = static_cast<std::uint32_t>(std::min<std::size_t>(queued_.size() / limits_.threads, share_limit));
  const std::uint32_t share = std::max(fair, 1u);
  op* first = nullptr;
  op* last = nullptr;
  for (std::uint32_t i = 0; i < share && !queued_.empty(); ++i) {
    if (i > 0 && queued_.first()->kind != op_kind::work) break;
    op& taken = queued_.pop();
    taken.kernel_next = nullptr;
    taken.in_kernel_hands.store(true, std::memory_order_relaxed);
    set_phase(taken, op_phase::taken);
    (last != nullptr ? last->kernel_next : first) = &taken;
    last = &taken;
    if (taken.kind != op_kind::work) break;
  }
  return first;
}

void thread_pool::run_worker() {
  std::uint32_t share_limit = 1;
  std::unique_lock guard(lock_);
  for (;;) {
    while (!stopping_ && !has_work()) {
      ++idle_;
      work_.wait(guard);
      --idle_;
    }
    if (stopping_) return;
    bool slow = false;
    op* first = take(share_limit, slow);
    const bool more = idle_ > 0 && has_work();
    guard.unlock();
    if (more) work_.notify_one();
    const time_point begin = read_monotonic();
    const std::uint32_t count = run_chain(*this, first);
    const bool was_short = read_monotonic() - begin <= short_job * count;
    share_limit = was_short ? std::min(share_limit * 2, share_max) : 1;
    guard.lock();
    if (slow) --slow_running_;
  }
}

/// Performs a chain in order and gives it back; how many there were.
std::uint32_t thread_pool::run_chain(thread_pool& pool, op* first) {
  op* newest = nullptr;
  std::uint32_t count = 0;
  for (op* each = first; each != nullptr; ++count) {
    op* next = each->kernel_next;
    perform_pool_op(*each, pool.kernel_, pool.table_);
    each->kernel_next = newest;
    newest = each;
    each = next;
  }
  pool.give_back(newest, first);
  return count;
}

void thread_pool::give_back(op* newest, op* oldest) {
  op* head = returned_.load(std::memory_order_relaxed);
  do {
    oldest->kernel_next = head;
  } while (!returned_.compare_exchange_weak(head, newest, std::memory_order_release, std::memory_order_relaxed));
  if (head == nullptr) wake_.raise(pool_returned);
}

}  // namespace twinloop::real
