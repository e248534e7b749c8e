// The world from inside: everything that one simulated run consists of, over the machines (machine/machine.hpp). Its
// functions stand, by concern, in scheduler.cpp (what happens next), options.cpp and expectations.cpp (what sources are
// told), socket_ops.cpp (ops to calls), delivery.cpp (completions), pool.cpp, lifecycle.cpp (processes) and report.cpp;
// the few that nearly every step goes through in ready.hpp.
#ifndef TWINLOOP_SIM_WORLD_STATE_HPP
#define TWINLOOP_SIM_WORLD_STATE_HPP

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "loop/fiber.hpp"
#include "loop/race_checks.hpp"
#include "sim/causality.hpp"
#include "sim/livelock.hpp"
#include "sim/machine/machine.hpp"
#include "sim/option_list.hpp"
#include "sim/process.hpp"
#include "sim/ready_list.hpp"
#include "twinloop/sim.hpp"

namespace twinloop::sim {

/// A deferred entry: goes back to the ready ones after so many deliveries, or when nothing else can happen; or else at
/// a virtual time, or when a program that spins keeps time from passing.
struct held_entry {
  ready_entry entry;
  std::uint64_t release_at = 0;
  std::int64_t release_time = INT64_MAX;
};

struct world_callback {
  std::function<void()> run;
  named asked{};
  std::uint32_t expected = 0;
};

/// A machine, and what the world keeps about it.
struct host_state : machine {
  world_state* world = nullptr;
  std::unique_ptr<host> face;
  std::uint32_t ordinal = 0;
  std::vector<process_state*> processes;
  std::uint32_t starts = 0;                               // of all its processes
  std::deque<std::pair<std::string, named>> files_asked;  // path -> its questions
  named& asked_about(std::string_view path);
  void forget();
};

/// Functions that only one file calls are declared inline where the compiler gains by that.
struct world_state : machines {
  world_state();
  ~world_state();
  void reset(world_options with);
  void end_processes();

  // ---- scheduler.cpp
  /// Runs the world on the caller's stack until `current` has something to return from its wait with (true), or
  /// something else must run (false: the caller yields to the root, which does next_).
  bool advance(process_state* current);
  void run_root(std::int64_t until);
  void suspend(process_state& current);  // in wait or in a blocking call
  /// Something may happen from now on: `asked` is what its label is of.
  void enqueue(const ready_entry& entry, const named& asked) {
    if (choose_.wants_options()) note_ready(entry, asked);
    enqueue_noted(entry);
  }
  /// The same for what note_ready() was told of before, or need not be.
  void enqueue_noted(const ready_entry& entry) {
    ready_.push(entry);
    if (options_.log_events) keep_text(entry);
  }
  ready_entry take_ready(std::size_t index);
  void keep_text(const ready_entry& entry);  // for describe_option
  inline void enqueue_completion(process_state& of, op& done, named& asked, choice_kind how = choice_kind::defer);
  void enqueue_wake(process_state& of);
  void hold_completion(const ready_entry& entry, std::uint32_t answer);
  void release_held(bool all_due);
  void release_timed();
  void release_starved();
  void release_one(std::size_t index);
  inline bool pass_time();
  inline void handle_event(const scheduled& due);
  void handle_deadline(process_state& of);
  void push_deadline(process_state& of);
  inline std::size_t pick();
  inline bool dispatch(const ready_entry& entry, process_state* current);
  void execute(const ready_entry& entry);
  void resume(process_state& which);
  inline bool undisturbed() const;
  inline bool quiet_until(std::int64_t due) const;
  inline bool deliver_only(process_state& to);
  inline wait_result time_passed(process_state& of, std::int64_t due);
  std::int64_t lateness(process_state& of);
  static bool waits(const ready_entry& entry);
  bool remove_entry(entry_kind kind, const void* subject);
  void remove_entries(process_state& of);
  static std::uint64_t identity_of(named& asked) { return asked.hash + 0x632be59bd9b4e019ull * ++asked.ready; }
  /// Of a job that goes on: apart from the completions that have its name.
  static std::uint64_t resumed_identity(job_state& which) {
    return mix64(which.asked.hash ^ 0x6a6f62) + 0x632be59bd9b4e019ull * ++which.name->resumed;
  }
  void stop() { stopping_ = true; }
  void record_failure(std::string name, std::string message, std::string place);
  void log(std::string text);

  // ---- livelock.cpp
  void set_limits();
  std::uint64_t visible_state(const ready_entry& entry);
  bool over_limits(const ready_entry& entry);

  // ---- expectations.cpp: only while choose_.wants_options()
  static expectation_id* expectation_of(const ready_entry& entry);
  static op* op_of(const ready_entry& entry);
  static inline expectation_id expected_as(const ready_entry& entry);
  static expectation_id expected_otherwise(const ready_entry& entry);
  void expect_op(process_state& of, op& started);
  [[gnu::noinline]] std::uint64_t chain_name_of(process_state& of, const op& started);
  void withdraw_op(op& gone);
  void expect_deadline(process_state& of, std::int64_t due);
  void forget_expectations(process_state& of);
  void note_ready(const ready_entry& entry, const named& asked);

  // ---- options.cpp: only while choose_.wants_options()
  void describe_op(const op& about, choice_option& option);
  void describe_option(const ready_entry& entry, choice_option& option);
  void add_options();
  bool find_keys(std::size_t index);
  static bool may_change(const ready_entry& entry);
  void refresh_option(std::size_t index);
  void renew_keys();
  std::span<const choice_option> options_of_pick(bool filtered);
  std::span<const choice_option> narrowed_options(bool filtered);
  void begin_step(std::size_t index);
  void begin_step_unasked(const ready_entry& entry);
  void describe_keys(const ready_entry& entry, choice_option& option);
  [[gnu::always_inline]] inline void tell_step(const ready_entry& entry);

  // ---- touches.cpp: add_* only while choose_.wants_options(), touch_* only while choose_.wants_touches()
  static bool runs_more(const ready_entry& entry);
  bool add_keys(const ready_entry& entry);
  bool add_deadline_keys(process_state& of);
  bool add_wake_keys(process_state& of);
  inline bool add_op_keys(process_state& of, const op& about);
  void add_pool_keys(process_state& of, const op& about);
  bool add_declared_keys(const op& about);
  void add_file_keys(process_state& of, const file_request& call);
  void touch_key(std::uint64_t key, bool write);
  void touch_handle(const descriptor& on);
  void touch_endpoint(const host_state& from, const address& at);
  void touch_file(process_state& of, const file_request& call);
  void touch_queued(process_state& of, const op& queued);
  void touch_by_ending(process_state& ended);
  void finish_step();
  void finish_step_of(process_state& of);

  // ---- delivery.cpp
  void deliver(process_state& to, const ready_entry& first);
  void append_completion(process_state& to, op& done);
  inline completion take_result(process_state& of, op& done, descriptor* on);
  void op_left(process_state& of, const op& gone, descriptor* on);
  void close_descriptor(process_state& of, descriptor& closed, bool reset);
  inline void finish_now(process_state& of, op& done, named& asked, errc error, std::int64_t count = 0);
  named& asked_for(process_state& of, const op& about);
  named& asked_for(process_state& of, const name_node& base, const char* what);

  // ---- socket_ops.cpp: try, wait, try again
  void submit_socket_op(process_state& of, op& started, descriptor& on);
  inline void try_send(process_state& of, descriptor& on);
  inline void connect_ended(process_state& of, descriptor& on);
  void notice_readiness();
  void wait_for_readable(op& waiting, descriptor& on);
  inline void readable_changed(descriptor_table& of, descriptor& on);
  void receive_result(recv_op& done, socket& stream, completion& made);
  void accept_result(process_state& of, accept_op& done, socket& listener, completion& made);

  // ---- pool.cpp
  void submit_pool_op(process_state& of, op& started);
  void offer_pool(process_state& of);
  std::uint32_t choose_job(process_state& of);
  void start_job(process_state& of);  // may leave a fiber to run in next_
  void call_done(process_state& of, op& done);
  void run_job(job_state& which);
  void finish_job(job_state& which);
  void give_back_job(job_state& ended);
  void join_job(job_state& ended);
  /// Under TSan, when the completion of a pool op was delivered or dropped: a job happens before that.
  void job_left(process_state& of, op& gone) {
    if constexpr (race_checks::on) order_after_job(of, gone);
  }
  void order_after_job(process_state& of, op& gone);
  void suspend_job(job_state& which);
  void cancel_job(process_state& of, work_op& target);
  job_state& make_job(process_state& of, work_op& running);
  void enqueue_job(job_state& which);
  result<std::int64_t> block_job(job_state& which, blocking_request& request);
  result<std::int64_t> block_main(process_state& of, blocking_request& request);
  void lock_mutex(job_state& which, mutex& wanted);
  void unlock_mutex(process_state& of, mutex& released);
  result<std::int64_t> call_file(process_state& of, const file_request& call, where at);
  std::int64_t call_duration(named& asked, file_call call);
  errc perform_resolve(resolve_op& call);

  // ---- lifecycle.cpp
  process_state& add_process(host_state& on, std::string_view text, program run, arguments with, process_options how);
  void start_process(process_state& started);
  void finish_process(process_state& ended);
  void close_everything(process_state& of, bool silently);
  void kill_process(process_state& victim, bool power_failure);
  void unwind(process_state& victim);
  void schedule_start(process_state& restarted, std::int64_t after);
  void crash_host(host_state& crashed);
  void set_counted(process_state& of, bool counted);
  bool ask_crash(process_state& of);
  void check_killed(process_state& of);
  [[noreturn]] void abandon_current_stack();

  // ---- report.cpp
  void finish_report(bool out_of_time);
  void describe_hang();
  void describe_waiting(process_state& of);
  void describe_under_way(process_state& ended, loop& own);
  void describe_left(const process_state& ended);
  std::string describe_entry(const ready_entry& entry) const;

  world_options options_;
  recording* record_ = nullptr;
  std::unique_ptr<recording> own_record_;
  ready_list ready_;
  std::vector<held_entry> held_;
  std::uint64_t deliveries_ = 0;
  std::uint64_t instant_ = 0;      // deliveries since time passed
  std::uint64_t watch_steps_ = 0;  // deliveries, and those at one instant, from which on the run is watched
  std::uint64_t watch_instant_ = 0;
  repetition repetition_;
  std::function<std::uint64_t()> observed_state_;
  std::uint32_t blocked_in_call_ = 0;
  std::uint32_t foreground_ = 0;  // processes that are no daemons and have not ended
  causality causality_;
  option_list offered_;      // of those among ready_ that were there at the last pick, in their order
  bool renew_keys_ = false;  // those of offered_ are out of date
  step told_;                // the step that happens, as the source is told of it
  std::vector<choice_option> options_scratch_;
  std::vector<conflict_key> keys_scratch_;
  std::vector<std::uint32_t> eligible_;
  named pick_asked_{};
  named user_asked_{};

  std::vector<std::unique_ptr<host_state>> hosts_;
  std::size_t hosts_used_ = 0;
  std::vector<std::unique_ptr<process_state>> processes_;
  std::size_t processes_used_ = 0;
  std::vector<std::unique_ptr<world_callback>> callbacks_;
  std::vector<std::pair<label, std::uint32_t>> user_labels_;

  fiber_stack_pool stacks_;
  fiber_stack_pool job_stacks_;
  fiber* current_fiber_ = nullptr;  // nullptr in the root
  process_state* current_process_ = nullptr;
  job_state* current_job_ = nullptr;
  ready_entry next_{};  // what the root has to do
  bool has_next_ = false;
  bool stopping_ = false;
  bool running_ = false;
  bool out_of_time_ = false;
  std::int64_t until_ = INT64_MAX;
  outcome failed_as_ = outcome::failed;
  std::uint64_t abandoned_ = 0;
  std::uint32_t allowed_outside_ = 0;  // bits of `outside`
  bool observing_ = false;             // observed_state_ runs
  run_report report_;
  std::vector<event> event_log_;
  std::map<std::uint64_t, std::string> option_texts_;  // identity -> text; only while events are logged
};

/// Numbers of tasks (outside.hpp): none is given twice in a thread.
std::uint64_t next_task_number() noexcept;

/// The world whose code runs on this thread: only for the handlers of failed assertions and of std::terminate.
world_state*& running_world() noexcept;

}  // namespace twinloop::sim

#endif
