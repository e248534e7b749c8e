// The simulated world: hosts, processes, a network, disks and a clock, all on one thread and all decided by choices.
//
//   sim::world world({.source = source.get()});
//   sim::host& server = world.add_host("server");
//   server.start("kv", kv_main, {"--dir", "/data"}, {.daemon = true});
//   world.add_host("client").start("client", client_main, {server.address(6379).text()});
//   world.run();
//   EXPECT_TRUE(world.report().clean()) << world.report().text();
//
// Programs see none of this: they get a loop&. Only tests and tools hold a world.
// Thread: one per world; several worlds may run on several threads.
// What is modelled, and what is not, stands in docs/fidelity.md.
#ifndef TWINLOOP_SIM_HPP
#define TWINLOOP_SIM_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "twinloop/choices.hpp"
#include "twinloop/loop.hpp"
#include "twinloop/outside.hpp"
#include "twinloop/strategies.hpp"

namespace twinloop::sim {

class world;
class host;
class process;
struct world_state;
struct host_state;
struct process_state;

/// What a process runs; called anew at each (re)start. Its result is the exit status.
using program = std::function<int(loop&, arguments)>;

/// Leaves every call into a killed process's kernel; let it pass. Not derived from std::exception, so that handlers of
/// that do not catch it by accident.
struct process_killed {};

/// Leaves a failed TWINLOOP_ASSERT inside a simulation.
struct assertion_failed {
  assertion what;
};

struct world_options {
  choice_source* source = nullptr;               ///< who answers; nullptr = natural order, no faults
  recording* record = nullptr;                   ///< where answers go; nullptr = memory of the world's own
  std::uint64_t seed = 0;                        ///< of the bytes that programs get from loop::random
  std::uint64_t run = 0;                         ///< number for the recording's header
  duration time_limit = std::chrono::hours(24);  ///< virtual; beyond it the run fails as "slow"
  std::uint64_t step_limit = 10'000'000;         ///< deliveries; beyond it the run fails: see outcome
  std::uint64_t instant_limit = 100'000;         ///< deliveries without time passing; the same beyond it
  bool log_events = false;  ///< keep the text of every event (slow): for timelines and determinism checks
};

enum class outcome : std::uint8_t {
  not_run,
  clean,
  failed,    ///< a check, an assertion, an exception
  hung,      ///< nothing can ever happen again, but something waits
  livelock,  ///< a limit on deliveries was reached, and the same states came again and again (world::observe_state)
  slow,      ///< a limit was reached while the state kept changing; or the limit of virtual time
};
const char* name(outcome) noexcept;

struct failure {
  std::string name;     ///< what broke, as in "kv.acknowledged_writes_survive"
  std::string message;  ///< how it showed
  std::string place;    ///< file:line, for display
};

/// One line of a run's event log.
struct event {
  std::int64_t time = 0;   ///< virtual ns
  std::uint64_t hash = 0;  ///< trace hash after it
  std::string text;        ///< "kv/log: sync completes"
};

struct run_report {
  outcome ended = outcome::not_run;
  std::vector<failure> failures;       ///< the first is the run's failure; later ones followed from it
  std::uint64_t choices = 0;           ///< recorded questions
  std::uint64_t deviations = 0;        ///< answers other than 0
  std::uint64_t steps = 0;             ///< deliveries
  std::uint64_t hash = 0;              ///< trace hash: equal runs have equal hashes, on every machine
  duration elapsed{0};                 ///< virtual
  std::vector<std::string> waiting;    ///< hung: who waits for what
  std::uint64_t abandoned_stacks = 0;  ///< killed fibers that could not unwind
  /// Files and sockets that a finished process left open, each with where it was made.
  std::vector<std::string> left;
  /// What it still had to do, and the end of its loop cancelled: operations, jobs, armed timers and other active
  /// handles of process_local objects, each with where it was made. A program that stops its loop may mean that.
  std::vector<std::string> unfinished;
  bool clean() const { return ended == outcome::clean; }
  /// All of it, for people.
  std::string text() const;
};

struct process_options {
  bool daemon = false;     ///< the run may end while it waits for something to do
  bool may_crash = false;  ///< ask choice_kind::crash before each delivery to it
  bool restart = true;     ///< after such a crash, run main again on what was durable
  duration restart_after = std::chrono::milliseconds(100);
  unsigned pool_threads = 4;  ///< as kernel_options::threads of the real kernel
};

/// A process of the simulated world. The reference lives as long as the world (until reset).
class process {
 public:
  std::string_view name() const;
  bool running() const;
  /// How often main was entered.
  std::uint32_t starts() const;
  /// main's result, once it ended by itself.
  std::optional<int> exit_status() const;
  /// Ends it at once: its stack is unwound by process_killed, its sockets are reset, its page cache stays. From a test
  /// or from another process's callback; not from its own.
  void kill();
  /// Runs main again, now or after a delay. Not while it runs.
  void restart(duration after = duration::zero());

 private:
  friend class world;
  friend struct world_state;
  explicit process(process_state& state) : state_(&state) {}
  process_state* state_;
};

/// A simulated machine: addresses, a disk, a wall clock, processes.
class host {
 public:
  std::string_view name() const;
  /// Its IPv4 address (10.0.0.0/8, in order of creation) with `port`.
  twinloop::address address(std::uint16_t port) const;
  process& start(std::string_view name, program main, arguments args = {}, process_options options = {});
  /// Power failure: kills every process without a packet; of what was not synced, each page is kept, lost or torn, and
  /// each file keeps a prefix of its truncations and each directory a prefix of its changes, by choice (disk_fault;
  /// 0 = kept; a rename is one change, kept or lost as a whole). Processes with process_options::restart start again
  /// after restart_after, also those that were waiting to start; until then the host is down.
  void crash();
  /// Starts every process that crash() or kill() ended.
  void restart(duration after = duration::zero());
  /// Another name that resolve finds for this host, beside its own.
  void add_name(std::string_view name);
  /// The disk, from outside: for setting up and checking. Current contents, not only durable ones.
  std::optional<std::string> read_file(std::string_view path) const;
  void write_file(std::string_view path, std::string_view bytes);  ///< durable at once; makes directories
  std::vector<std::string> list_files() const;                     ///< all regular files, full paths, sorted
  /// No more than `bytes` of file data on this disk from now on: writes beyond it fail with no_space.
  void limit_disk(std::uint64_t bytes);
  /// All changing calls fail with read_only.
  void set_read_only(bool on);
  /// No more than `count` open descriptors a process: socket, accept and open fail with too_many_handles.
  void limit_handles(std::uint32_t count);

 private:
  friend class world;
  friend struct world_state;
  explicit host(host_state& state) : state_(&state) {}
  host_state* state_;
};

class world {
 public:
  explicit world(world_options options = {});
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  /// Forgets all hosts and starts over, keeping memory: much cheaper than a new world.
  void reset(world_options options = {});

  host& add_host(std::string_view name);
  /// One-way latency of all links that have none of their own (default 100 us), within a host (default 10 us), or
  /// between two hosts.
  void set_latency(duration one_way);
  void set_local_latency(duration one_way);
  void set_latency(const host& a, const host& b, duration one_way);
  /// Packets between the two wait until heal(): streams stall, connects hang.
  void partition(const host& a, const host& b);
  void heal(const host& a, const host& b);

  /// Runs until every process that is no daemon has ended, or something failed. May be called again after more
  /// processes were started.
  const run_report& run();
  /// The same, at most until this much virtual time has passed.
  const run_report& run_for(duration budget);
  const run_report& report() const;

  /// From a check, anywhere: the run has failed. Ends the run at the next step; the first failure counts.
  void fail(std::string_view name, std::string message, where at = where::here());
  /// fail() unless `holds`.
  void check(bool holds, std::string_view name, std::string message, where at = where::here());
  /// A value in [0, n) that is part of the run's choices. n >= 1.
  std::uint32_t choose(label name, std::uint32_t n);
  /// Runs `callback` in the world at a virtual time from now, outside any process: to crash hosts, heal links, check.
  void at(duration after, std::function<void()> callback, label name = "world.at");

  /// Programs may use `source`, although a run may not repeat then (outside.hpp). From now on, until reset.
  void allow(outside source);

  /// What else counts as state when a run that does not end is judged to be livelocked or slow: a hash of the program's
  /// or the test's own. Without it only what the simulator sees counts. Called in the last deliveries before a limit.
  void observe_state(std::function<std::uint64_t()> hash);

  time_point now() const;
  std::span<const choice_record> choices() const;
  /// The event log; empty unless world_options::log_events.
  const std::vector<event>& events() const;
  /// The name behind a label hash of this run; "#<hex>" for one that it has not seen.
  std::string describe(std::uint64_t label) const;
  /// The same for an option identity of a pick: "server/conn<-client-1 recv".
  std::string describe_option(std::uint64_t identity) const;

 private:
  std::unique_ptr<world_state> state_;
};

}  // namespace twinloop::sim

#endif
