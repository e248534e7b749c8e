// Who caused what: the steps of a run, the causal chains they form, and what is expected to happen because of them.
//
// Something that will happen is registered (an operation submitted, a timer armed, a post queued), becomes ready, and
// is a step when its callbacks run. The registered-by relation is partitioned into chains online and greedily: what a
// step registers continues the chain of that step if nothing of that chain is pending, else it opens a new one (the
// partition behind PCT for event-driven programs: Ozkan, Majumdar, Niksic, Tabaei Befrouei, Weissenbacher 2018).
// All of this is kept only while a source asks for options; without one nothing here is called.
#ifndef TWINLOOP_SIM_CAUSALITY_HPP
#define TWINLOOP_SIM_CAUSALITY_HPP

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/random.hpp"
#include "twinloop/choices.hpp"

namespace twinloop::sim {

/// The number of an expectation; it stands where the expected thing stands (op, process, callback). 0 = none.
using expectation_id = std::uint32_t;
inline constexpr std::uint32_t no_process = UINT32_MAX;

/// Something registered that has not happened yet.
struct expectation {
  std::uint64_t chain = 0;
  std::uint64_t parent_chain = 0;
  std::uint64_t chain_name = 0;
  std::uint64_t cause = 0;
  std::uint64_t enabled_by = 0;
  std::uint64_t lineage = 0;
  std::uint32_t occurrence = 0;
  std::uint32_t process = no_process;  // index of whose it is
  bool used = false;
  bool ready = false;
};

class causality {
 public:
  void begin();

  // ---- what will happen
  /// Registers something that the step under way, or the set-up before the first, makes happen. `name` becomes the name
  /// of the chain if it opens one.
  expectation_id expect(std::uint32_t process, std::uint64_t name);
  /// It may happen from now on, thanks to the step that the world is working for. Only the first call counts.
  void make_ready(expectation_id which, std::uint32_t occurrence);
  /// It will not happen after all.
  void withdraw(expectation_id& which);
  void withdraw_all_of(std::uint32_t process);
  /// Whether anything is still expected for this process.
  bool expects(std::uint32_t process) const;
  bool expects_anything() const { return expected_.size() - 1 > free_.size(); }
  const expectation& at(expectation_id which) const { return expected_[which]; }
  /// Fills in what is known of `which`: zeros, if it is 0. Every option of every pick comes here.
  void describe(expectation_id which, choice_option& option) const {
    const expectation& from = expected_[which];
    option.chain = from.chain;
    option.parent_chain = from.parent_chain;
    option.chain_name = from.chain_name;
    option.cause = from.cause;
    option.enabled_by = from.enabled_by;
    option.lineage = from.lineage;
    option.occurrence = from.occurrence;
  }

  // ---- what happens
  /// The next step happens, on behalf of `which`; its number. `next_event` is the number of the next event to be
  /// queued.
  std::uint64_t begin_step(expectation_id which, std::uint64_t next_event);
  /// The step under way is this job's, which is expected to go on because of it.
  void go_on(expectation_id which);
  /// Event `number` is handled now: what comes of it is the work of the step that queued it.
  void begin_event(std::uint64_t number, std::uint64_t next_event);
  std::uint64_t steps() const { return steps_; }
  /// The step that the world is working for.
  std::uint64_t working_for() const { return working_for_; }

 private:
  struct chain_state {
    std::uint64_t parent = 0;
    std::uint64_t name = 0;
    std::uint32_t pending = 0;
  };
  /// Events from `first` on were queued while the world worked for `step`.
  struct event_owner {
    std::uint64_t first;
    std::uint64_t step;
  };
  void work_for(std::uint64_t step, std::uint64_t next_event);
  void attribute_step(expectation_id which);

  std::vector<expectation> expected_;  // by id; the first is never used
  std::vector<expectation_id> free_;
  std::vector<chain_state> chains_;  // by number; the first is the set-up's
  std::vector<event_owner> owners_;  // ascending
  std::uint64_t steps_ = 0;
  std::uint64_t working_for_ = 0;
  std::uint64_t chain_ = 0;       // of the step under way
  std::uint64_t lineage_ = 0;     // of the step under way
  std::uint64_t registered_ = 0;  // by the step under way
};

}  // namespace twinloop::sim

#endif
