// Who caused what: the steps of a run, the causal chains they form, and what is expected to happen because of them.
//
// Something that will happen is registered (an operation submitted, a timer armed, a post queued), becomes ready, and
// is a step when its callbacks run. The registered-by relation is partitioned into chains online and greedily: what a
// step registers continues the chain of that step if nothing of that chain is pending, else it opens a new one (the
// partition behind PCT for event-driven programs: Ozkan, Majumdar, Niksic, Tabaei Befrouei, Weissenbacher 2018).
// All of this is kept only while a source asks for options; without one nothing here is called. With one it is called
// several times a step: what every step goes through stands here, so that the compiler sees it where it is called.
#ifndef TWINLOOP_SIM_CAUSALITY_HPP
#define TWINLOOP_SIM_CAUSALITY_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/random.hpp"
#include "twinloop/assert.hpp"
#include "twinloop/choices.hpp"

namespace twinloop::sim {

/// The number of an expectation; it stands where the expected thing stands (op, process, callback). 0 = none.
using expectation_id = std::uint32_t;
inline constexpr std::uint32_t no_process = UINT32_MAX;

/// Something registered that has not happened yet.
struct expectation {
  std::uint64_t chain = 0;
  std::uint64_t cause = 0;
  std::uint64_t enabled_by = 0;
  std::uint64_t lineage = 0;
  std::uint32_t occurrence = 0;
  std::uint32_t process = no_process;  // index of whose it is
  expectation_id next_free = 0;        // while it is not used
  bool used = false;
  bool ready = false;
};

class causality {
 public:
  void begin();

  // ---- what will happen
  /// Registers something that the step under way, or the set-up before the first, makes happen. `name()` becomes the
  /// name of the chain if it opens one.
  template <std::invocable Name>
  expectation_id expect(std::uint32_t process, Name&& name) {
    // The set-up is no chain: what it registers is as independent as what it sets up.
    const bool opens = chain_ == 0 || chains_[chain_].pending;
    const std::uint64_t chain = opens ? open_chain(name()) : chain_;
    chains_[chain].pending = true;
    ++pending_;
    if (free_ == 0) add_expectation();
    const expectation_id made = free_;
    expectation& that = expected_[made];
    free_ = that.next_free;
    that.chain = chain;
    that.cause = steps_;
    that.enabled_by = 0;
    that.lineage = mix64(lineage_ ^ mix64(++registered_));
    that.occurrence = 0;
    that.process = process;
    that.used = true;
    that.ready = false;
    return made;
  }
  expectation_id expect(std::uint32_t process, std::uint64_t name) {
    return expect(process, [name] { return name; });
  }
  /// It may happen from now on, thanks to the step that the world is working for. Only the first call counts.
  void make_ready(expectation_id which, std::uint32_t occurrence) {
    expectation& made = expected_[which];
    if (which == 0 || made.ready) return;
    made.ready = true;
    made.occurrence = occurrence;
    made.enabled_by = working_for_;
  }
  /// It will not happen after all, or happens now.
  [[gnu::always_inline]] void withdraw(expectation_id& which) {
    if (which == 0) return;
    expectation& gone = expected_[which];
    TWINLOOP_ASSERT(gone.used);
    chains_[gone.chain].pending = false;
    --pending_;
    gone.used = false;
    gone.next_free = std::exchange(free_, which);
    which = 0;
  }
  void withdraw_all_of(std::uint32_t process);
  /// Whether anything is still expected for this process.
  bool expects(std::uint32_t process) const;
  bool expects_anything() const { return pending_ > 0; }
  /// Fills in what is known of `which`: zeros, if it is 0. Every option of every pick comes here.
  void describe(expectation_id which, choice_option& option) const {
    const expectation& from = expected_[which];
    const chain_state& on = chains_[from.chain];
    option.chain = from.chain;
    option.parent_chain = on.parent;
    option.chain_name = on.name;
    option.cause = from.cause;
    option.enabled_by = from.enabled_by;
    option.lineage = from.lineage;
    option.occurrence = from.occurrence;
  }

  // ---- what happens
  /// The next step happens, on behalf of `which`; its number. `next_event` is the number of the next event to be
  /// queued.
  std::uint64_t begin_step(expectation_id which, std::uint64_t next_event) {
    work_for(++steps_, next_event);
    attribute_step(which);
    return steps_;
  }
  /// The step under way is this job's, which is expected to go on because of it.
  void go_on(expectation_id which);
  /// Event `number` is handled now: what comes of it is the work of the step that queued it.
  void begin_event(std::uint64_t number, std::uint64_t next_event) {
    note_owners(next_event);
    working_for_ = owners_[number];
  }
  std::uint64_t steps() const { return steps_; }
  /// The step that the world is working for.
  std::uint64_t working_for() const { return working_for_; }

 private:
  struct chain_state {
    std::uint64_t parent = 0;
    std::uint64_t name = 0;
    bool pending = false;  // something that would continue it is expected
  };
  /// The events queued since the last call were queued while the world worked for the same step as now.
  void note_owners(std::uint64_t next_event) {
    while (owners_.size() < next_event) owners_.push_back(working_for_);
  }
  void work_for(std::uint64_t step, std::uint64_t next_event) {
    note_owners(next_event);
    working_for_ = step;
  }
  void attribute_step(expectation_id which) {
    chain_ = expected_[which].chain;
    lineage_ = expected_[which].lineage;
    registered_ = 0;
  }
  // Seldom: out of the way of the rest of expect().
  [[gnu::noinline]] std::uint64_t open_chain(std::uint64_t name);
  [[gnu::noinline]] void add_expectation();

  std::vector<expectation> expected_;  // by id; the first is never used
  expectation_id free_ = 0;            // a list through next_free
  std::uint32_t pending_ = 0;          // how many are used
  std::vector<chain_state> chains_;    // by number; the first is the set-up's
  std::vector<std::uint64_t> owners_;  // by number of event: the step that queued it
  std::uint64_t steps_ = 0;
  std::uint64_t working_for_ = 0;
  std::uint64_t chain_ = 0;       // of the step under way
  std::uint64_t lineage_ = 0;     // of the step under way
  std::uint64_t registered_ = 0;  // by the step under way
};

}  // namespace twinloop::sim

#endif
