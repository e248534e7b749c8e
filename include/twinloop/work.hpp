// Work for the thread pool: blocking calls and long computations, away from the loop.
//
//   work_handle compact(loop, "compact");
//   compact.start([&](job& job) { return snapshot(job); },           // on a pool thread
//                 [&](errc error) { ... });                          // back on the loop
//
// Thread: the work function runs on a pool thread (in simulation: on a fiber of the one thread) and may use its job,
// twinloop::mutex, and data it owns; nothing of the loop except post(). Starting happens-before the work, the work
// happens-before its completion.
// In simulation: which queued job starts, where it is suspended (each job call is such a point) and when it finishes
// are choices. A std::mutex held across a job call would block the only thread: use twinloop::mutex.
// Built with ThreadSanitizer, a simulated job is a thread to it: data races of jobs are found and replayed like any
// other failure (docs/pool-races.md).
#ifndef TWINLOOP_WORK_HPP
#define TWINLOOP_WORK_HPP

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "twinloop/function.hpp"
#include "twinloop/kernel.hpp"
#include "twinloop/loop.hpp"
#include "twinloop/op.hpp"

namespace twinloop {

/// The face of the kernel inside a job: the synchronous file calls, yield, and whether it is still wanted. With a
/// null kernel caller (see blocking_files) the same calls work from the loop's thread.
class blocking_files {
 public:
  explicit blocking_files(kernel& below, job* caller = nullptr) : kernel_(&below), caller_(caller) {}

  /// Each returns once the call is done; errors as listed for file_request.
  result<handle_id> open(std::string_view path, std::uint32_t flags, std::uint32_t mode = 0644, label name = "file",
                         where made = where::here());
  result<void> close(handle_id file);
  result<std::size_t> read_at(handle_id file, std::span<std::byte> buffer, std::uint64_t offset);
  /// May write fewer bytes than given.
  result<std::size_t> write_at(handle_id file, std::span<const std::byte> bytes, std::uint64_t offset);
  result<void> sync(handle_id file);
  result<void> truncate(handle_id file, std::uint64_t size);
  result<file_status> status(std::string_view path);
  result<file_status> status(handle_id file);
  result<void> rename(std::string_view from, std::string_view to);
  result<void> unlink(std::string_view path);
  result<void> make_directory(std::string_view path, std::uint32_t mode = 0755);
  result<void> remove_directory(std::string_view path);
  result<void> sync_directory(std::string_view path);
  result<std::vector<directory_entry>> list(std::string_view path);

  /// The whole file, at most `limit` bytes (file_too_large above it).
  result<std::vector<std::byte>> read_all(handle_id file, std::size_t limit);
  /// Writes all of `bytes`, however often the kernel takes fewer.
  result<void> write_all(handle_id file, std::span<const std::byte> bytes, std::uint64_t offset);

 protected:
  result<std::int64_t> perform(file_request& request, where made = {});
  kernel* kernel_;
  job* caller_;
};

/// Handed to the work function; valid while it runs.
class job : public blocking_files {
 public:
  job(kernel& below, work_op& running) : blocking_files(below, this), op_(&running) {}
  /// Whether somebody asked to cancel this job; poll it in long work. *any thread*
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }
  /// Lets other threads run.
  void yield();
  work_op& running() const { return *op_; }
  void request_cancel() { cancelled_.store(true, std::memory_order_release); }  ///< for kernels

 private:
  friend class mutex;
  work_op* op_;
  std::atomic<bool> cancelled_{false};
};

/// Mutual exclusion between jobs. Not recursive. Unlocking one that is not locked is a broken contract.
class mutex {
 public:
  mutex() = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;
  ~mutex() { TWINLOOP_ASSERT(state_.load(std::memory_order_relaxed) == 0); }
  void lock(job& holder);
  void unlock(job& holder);
  /// For kernels: 0 free, 1 locked, 2 locked and somebody may wait.
  std::atomic<std::uint32_t>& state() { return state_; }

 private:
  std::atomic<std::uint32_t> state_{0};
};

/// Holds a mutex for a scope of a job.
class lock_guard {
 public:
  lock_guard(mutex& locked, job& holder) : mutex_(&locked), job_(&holder) { locked.lock(holder); }
  ~lock_guard() { mutex_->unlock(*job_); }
  lock_guard(const lock_guard&) = delete;
  lock_guard& operator=(const lock_guard&) = delete;

 private:
  mutex* mutex_;
  job* job_;
};

/// One job at a time on the pool, with callables. Reusable after its completion.
class work_handle : public handle {
 public:
  explicit work_handle(class loop& owner, label name = "work", where made = where::here());
  ~work_handle();  ///< with a running job: a broken contract, except while unwinding or in ~loop

  /// Queues `work`; `done` runs on the loop with errc::ok, or errc::cancelled if it never started. An exception that
  /// leaves `work` leaves loop.run() instead of reaching `done`.
  void start(unique_function<void(job&)> work, unique_function<void(errc)> done, where made = where::here());
  /// A request: a queued job completes as cancelled, a running one sees job::cancelled().
  void cancel();
  bool busy() const { return op_.state != op_state::idle; }

 private:
  struct work_op_of : work_op {
    work_handle* self = nullptr;
  } op_;
  unique_function<void(job&)> work_;
  unique_function<void(errc)> done_;
};

}  // namespace twinloop

#endif
