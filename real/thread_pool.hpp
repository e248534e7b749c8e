// The threads behind file calls, name lookups and work.
//
// Ops are staged on the loop's side and handed over before the loop sleeps, and at the latest by the first wait after
// 50 microseconds: one lock, one notify. A worker takes a share of the queue per lock, and gives what it has finished
// back as one chain: one compare-and-swap, one wake. The share grows only while jobs turn out to be short, so that no
// job stands behind a long one while other threads are idle; file calls are taken one by one.
//
// Order: first in, first out; name lookups have a queue of their own, served in turn with the other by at most
// slow_threads workers, so that a silent name server cannot stop the file calls.
//
// Thread: everything here belongs to the loop's thread, the workers are inside.
#ifndef TWINLOOP_REAL_THREAD_POOL_HPP
#define TWINLOOP_REAL_THREAD_POOL_HPP

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "real/descriptor_table.hpp"
#include "real/op_list.hpp"
#include "real/wake.hpp"
#include "twinloop/kernel.hpp"

namespace twinloop::real {

struct pool_limits {
  unsigned threads = 4;       ///< 1..1024
  unsigned slow_threads = 2;  ///< 1..threads
};

class thread_pool {
 public:
  thread_pool(pool_limits limits, kernel& below, descriptor_table& table, wake_channel& wake);
  /// Waits for running jobs; what is queued never runs.
  ~thread_pool();
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;

  /// Accepts `started` for the next hand_over.
  void stage(op& started);
  /// Queues what was staged. The first call with something to do starts the threads; when the system refuses every
  /// one of them, what was staged comes back with out_of_memory.
  void hand_over();
  /// Takes an op back that no worker has yet. False: one has.
  bool withdraw(op& target);
  /// Takes back all that `matches` and no worker has yet, into `out` in queue order.
  template <class Predicate>
  void withdraw_all(Predicate matches, std::vector<op*>& out) {
    const std::lock_guard guard(lock_);
    for (op_list* list : {&queued_, &slow_, &staged_}) list->remove_all(matches, out);
  }
  /// For an op that a worker has: it is not started, if it was not yet; a job that runs sees job::cancelled().
  void ask_to_stop(op& target);
  /// What was finished since the last call, oldest first, linked by kernel_next, in phase `done`.
  op* collect();

 private:
  static constexpr std::uint32_t share_max = 64;

  void start_threads();
  void fail_staged();
  void run_worker();
  bool has_work() const { return !queued_.empty() || slow_ready(); }
  bool slow_ready() const { return !slow_.empty() && slow_running_ < limits_.slow_threads; }
  op* take(std::uint32_t share_limit, bool& slow);
  op* take_share(std::uint32_t share_limit);
  static std::uint32_t run_chain(thread_pool& pool, op* first);
  void give_back(op* newest, op* oldest);

  const pool_limits limits_;
  kernel& kernel_;
  descriptor_table& table_;
  wake_channel& wake_;
  op_list staged_;  // the loop's
  std::vector<std::thread> threads_;

  std::mutex lock_;  // guards what follows, up to returned_
  std::condition_variable work_;
  op_list queued_;
  op_list slow_;
  std::uint32_t idle_ = 0;
  std::uint32_t slow_running_ = 0;
  bool slow_next_ = false;  // whose turn it is when both queues have something
  bool stopping_ = false;

  alignas(64) std::atomic<op*> returned_{nullptr};  // newest first
};

}  // namespace twinloop::real

#endif
