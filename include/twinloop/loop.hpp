// The event loop: one class, both worlds. It runs callbacks in written order over any kernel.
//
//   int main_of_program(twinloop::loop& loop, twinloop::arguments) {
//     twinloop::timer tick(loop, [] { fmt::print("tick\n"); });
//     tick.start(1s, 1s);
//     return loop.run() ? 1 : 0;
//   }
//
// A turn, in this order; after EVERY callback the next-tick queue is drained to its end:
//   1 timers       those due by wait_result::timers_until when the phase began, in (due, start) order
//   2 posted       what post() queued before the last wait reported the wake, first in first out per poster
//   3 idle         idle hooks, in start order; while one is active the poll does not block
//   4 prepare      prepare hooks, in start order
//   5 poll         kernel::wait, the only place that blocks
//   6 completions  operations, in the order the kernel chose; a close queues its closing callback
//   7 check        immediates queued before the phase began, then check hooks
//   8 closing      closing callbacks, first closed first
// Thread: everything belongs to the loop's thread except post() and the functions marked *any thread*.
// Lifetime: whatever refers to a loop must be gone before it, except ops and jobs, which ~loop cancels and waits for.
// In simulation: the simulated kernel decides what each wait delivers; the loop's code is the same.
#ifndef TWINLOOP_LOOP_HPP
#define TWINLOOP_LOOP_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "twinloop/buffer_pool.hpp"
#include "twinloop/function.hpp"
#include "twinloop/kernel.hpp"
#include "twinloop/op.hpp"
#include "twinloop/origin.hpp"
#include "twinloop/result.hpp"
#include "twinloop/time.hpp"
#include "twinloop/touches.hpp"

namespace twinloop {

class loop;
class timer_queue;

/// The command line of a program, without its name.
using arguments = std::vector<std::string>;

/// A queued callback without allocation: the hot tier of post, next_tick and immediate. Caller-owned; it may be
/// queued again from inside `run`, and must not be destroyed or queued twice while queued.
struct task {
  void (*run)(task& self) = nullptr;
  task* next = nullptr;  ///< the loop's, while queued
  origin made{};         ///< the loop's
  bool queued = false;   ///< the loop's
};

/// What everything with a life on a loop shares: a name, where it was made, and whether it keeps the loop running.
/// Not movable: the loop links it. Destroying an active handle stops it without a callback.
class handle {
 public:
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;

  /// Whether an active handle keeps run() going; true at first. Idempotent flags, not counts.
  void ref();
  void unref();
  bool has_ref() const { return ref_; }
  /// Started, or with operations under way.
  bool active() const { return active_ > 0; }
  const char* type() const { return type_; }  ///< "timer", "tcp_stream", ...
  label name() const { return name_; }
  const origin& made() const { return made_; }
  void declare(std::uint32_t touches) { made_.touches = touches; }  ///< touches_only's
  class loop& loop() const {
    return *loop_;
  }

 protected:
  handle(class loop& owner, const char* type, label name, where made);
  ~handle();
  void activate();    ///< one more reason to be active
  void deactivate();  ///< one fewer

 private:
  friend class twinloop::loop;
  friend struct loop_view;
  // What is seldom touched comes first: the rest of a timer then fits one cache line.
  handle* next_ = nullptr;  // the loop's list, in creation order
  handle* previous_ = nullptr;
  const char* type_;
  label name_;
  origin made_;
  class loop* loop_;
  std::uint32_t active_ = 0;
  bool ref_ = true;
};

/// A timer without stored callable: `on_fire` is a plain function. The hot tier.
class intrusive_timer : public handle {
 public:
  using handler = void (*)(intrusive_timer& self);
  intrusive_timer(class loop& owner, handler on_fire, label name = "timer", where made = where::here());
  ~intrusive_timer();

  /// Arms it to fire once at now() + delay (delay < 0 counts as 0), then every `repeat` if that is positive: each time
  /// from the now() of the callback, before which it is armed again, so that what was missed is not made up. Arming an
  /// armed timer moves it, and counts as a new start for the order among equal due times. Re-arming to a later time
  /// is a plain store.
  void start(duration delay, duration repeat = duration::zero());
  void start_at(time_point due, duration repeat = duration::zero());
  /// No callback after this returns. Stopping a stopped timer does nothing.
  void stop();
  bool armed() const { return armed_; }
  time_point due() const { return time_point(duration(due_)); }
  duration repeat() const { return repeat_; }

 private:
  friend class twinloop::loop;
  friend class timer_queue;
  friend struct loop_view;
  bool armed_ = false;
  std::uint32_t slot_ = UINT32_MAX;  // its entry's place in the queue's table, or none
  std::uint32_t sequence_ = 0;       // start order
  std::int64_t due_ = 0;             // when it should fire
  std::int64_t entry_due_ = 0;       // when its entry in the queue comes up; never after due_
  handler on_fire_;
  duration repeat_{0};
};

/// A timer with a callable.
class timer : public intrusive_timer {
 public:
  timer(class loop& owner, unique_function<void()> callback, label name = "timer", where made = where::here());
  /// Replaces the callable; not from inside it.
  void on_fire(unique_function<void()> callback) { callback_ = std::move(callback); }

 private:
  unique_function<void()> callback_;
};

/// Which phase a hook runs in.
enum class hook_phase : std::uint8_t { idle, prepare, check };

/// A callback of every turn, in its phase. Hooks run in the order in which they were started.
class hook : public handle {
 public:
  hook(class loop& owner, hook_phase phase, unique_function<void()> callback, label name = "hook",
       where made = where::here());
  ~hook();
  void start();
  void stop();  ///< no callback after this, also when called from another hook of the same phase

 private:
  friend class twinloop::loop;
  hook* next_hook_ = nullptr;
  hook* previous_hook_ = nullptr;
  unique_function<void()> callback_;
  hook_phase phase_;
  bool started_ = false;
};

/// Counters since the loop was made.
struct loop_metrics {
  std::uint64_t turns = 0;
  std::uint64_t callbacks = 0;  ///< of every kind
  std::uint64_t completions = 0;
};

class loop {
 public:
  /// Runs on `below`, which must outlive it and serves no other loop.
  explicit loop(kernel& below);
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;
  /// Cancels what is under way, without callbacks, and waits for running jobs.
  ~loop();

  // ---- running. Not re-entrant. An exception that leaves a callback leaves through these; what was not yet
  // delivered is delivered by the next run. Each returns alive().
  bool run();                     ///< until nothing keeps it alive, or stop()
  bool run_once();                ///< one turn, blocking in its poll if there is nothing to do
  bool run_nowait();              ///< one turn that never blocks
  bool run_for(duration budget);  ///< until then; stops early when nothing keeps it alive
  bool run_until(time_point limit);
  void stop();         ///< the current turn finishes its phases without blocking; then run() returns
  bool alive() const;  ///< something with a reference is active, under way or queued

  // ---- time
  time_point now() const { return now_; }  ///< constant within a batch of callbacks
  void update_now();                       ///< reads the clock anew
  wall_time wall() { return kernel_->wall(); }

  // ---- queued callbacks
  void post(task& queued, where made = where::here());                      ///< *any thread*
  void post(unique_function<void()> callback, where made = where::here());  ///< *any thread*
  void next_tick(task& queued, where made = where::here());
  void next_tick(unique_function<void()> callback, where made = where::here());
  void immediate(task& queued, where made = where::here());
  void immediate(unique_function<void()> callback, where made = where::here());

  // ---- operations (the hot tier; see op.hpp)
  void submit(op& started, where made = where::here());
  /// A request; without effect on an op whose completion is on its way. Not for idle ops.
  void cancel(op& target);
  /// What destroying the op does: it is idle afterwards, without a completion. Not for ops in the kernel's hands.
  void detach(op& target);

  // ---- the machine below
  kernel& below() { return *kernel_; }
  std::uint64_t random();  ///< 64 random bits from the kernel; in simulation from the seed
  std::string host_name();
  result<std::string> environment(std::string_view variable);

  // ---- names and inspection
  /// A label with a copy of `name` that lives as long as the loop.
  label intern(std::string_view name);
  /// Visits every handle in creation order; the visitor may close or destroy the visited one.
  void walk(unique_function<void(handle&)> visitor);
  /// Visits every operation that has not completed, in submit order.
  void walk_operations(unique_function<void(const op&)> visitor);
  const loop_metrics& metrics() const { return metrics_; }
  /// The buffers that streams read into when they are given none: 48 of 64 KiB, made at first use.
  buffer_pool& read_buffers();

  /// Storage for process_local<T>; see process_local.hpp.
  void* find_local(const void* key) const;
  void add_local(const void* key, void* object, void (*destroy)(void*));

 private:
  friend class handle;
  friend class intrusive_timer;
  friend class hook;
  friend struct op;
  friend struct loop_view;
  friend class tcp_stream;
  friend class tcp_listener;
  static constexpr std::size_t batch_capacity = 32;

  struct task_queue {
    task* first = nullptr;
    task* last = nullptr;
    bool empty() const { return first == nullptr; }
    void push(task& queued);
    task* pop();
    void append(task_queue& other);
  };
  struct function_task;
  class running_scope;
  struct local {
    const void* key;
    void* object;
    void (*destroy)(void*);
  };
  struct hook_list {
    hook* first = nullptr;
    hook* last = nullptr;
    hook* cursor = nullptr;  // the next to run while the phase runs
    hook* end = nullptr;     // the last that was started when the phase began
  };
  void begin_callback() { callback_ = ++metrics_.callbacks; }
  /// A callback inside a completion's callback, when one completion has several to make.
  template <class Callback>
  void nested_callback(Callback&& callback) {
    begin_callback();
    callback();
    drain_ticks();
  }

  void enter();
  void turn(time_point limit);
  void finish_bounded_run();
  void fire(intrusive_timer& due);
  void run_timers();
  void run_posted();
  void run_hooks(hook_list& hooks);
  void poll(time_point limit);
  void run_completions();
  void run_immediates();
  void run_closing();
  void drain_ticks();
  time_point poll_deadline(time_point limit);
  void complete(const completion& done);
  void mark_delivered(const completion& done);
  void unlink(op& finished);
  void wait_for_release(op& held);
  void drop_completion(completion& dropped, op& target);
  void cancel_everything();
  void run_task(task& queued);
  void unqueue(task& dropped);
  void close_later(task& closing, where made);
  void prepare_task(task& queued, where made, std::uint64_t callback);
  function_task& make_function_task(unique_function<void()>&& callback);
  static void run_function_task(task& self);
  void drop_queued_functions();
  void take_posts();
  static const void* current_thread();
  bool in_own_thread() const;
  void take_remote_posts(task_queue& into);

  kernel* kernel_;
  time_point now_{};
  time_point timers_until_{};
  std::uint64_t callback_ = 0;     // the running callback's number, 0 outside
  std::uint64_t alive_count_ = 0;  // active handles and operations with a reference
  bool running_ = false;
  bool stop_ = false;
  bool destroying_ = false;
  std::unique_ptr<timer_queue> timers_;
  task_queue posted_;        // from the loop's own thread, not yet reported
  task_queue posted_ready_;  // reported by wait: run in the posted phase
  task_queue ticks_;
  task_queue immediates_;
  task_queue immediates_ready_;
  task_queue closing_;
  std::atomic<task*> remote_posts_{nullptr};  // newest first
  std::atomic<const void*> thread_{nullptr};  // identifies the thread that runs the loop; nullptr outside of run
  hook_list hooks_[3];
  std::uint32_t idle_active_ = 0;
  completion batch_[batch_capacity];
  std::uint32_t batch_size_ = 0;
  std::uint32_t batch_next_ = 0;
  std::vector<completion> postponed_;  // seen while waiting for one op: delivered before the next poll
  op* first_op_ = nullptr;
  op* last_op_ = nullptr;
  handle* first_handle_ = nullptr;
  handle* last_handle_ = nullptr;
  handle* walk_next_ = nullptr;
  function_task* free_functions_ = nullptr;
  std::vector<std::unique_ptr<function_task>> functions_;
  std::vector<std::unique_ptr<char[]>> names_;
  std::vector<std::vector<touch>> touches_;  // origin::touches - 1 is the index
  std::vector<local> locals_;
  std::unique_ptr<buffer_pool> read_buffers_;
  loop_metrics metrics_;
};

}  // namespace twinloop

#endif
