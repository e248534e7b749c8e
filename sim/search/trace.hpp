// A run as a Mazurkiewicz trace: its steps, which of them conflict, what happens before what, and what could have been
// the other way round. (Mazurkiewicz 1977; races as in Flanagan and Godefroid 2005, Abdulla et al. 2014.)
#ifndef TWINLOOP_SIM_SEARCH_TRACE_HPP
#define TWINLOOP_SIM_SEARCH_TRACE_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "twinloop/choices.hpp"

namespace twinloop::sim {

/// What a step touched.
struct footprint {
  std::uint64_t process = 0;
  bool all_of_process = false;
  bool all_of_world = false;
  std::vector<conflict_key> keys;
  void add(const conflict_key& touched);
  void add(const footprint& other);
  bool empty() const { return !all_of_process && !all_of_world && keys.empty(); }
};

class trace {
 public:
  explicit trace(bool processes_share) : processes_share_(processes_share) {}
  void clear() { events_.clear(); }
  void add(const step& happened);
  void touched(std::uint64_t step, const conflict_key& what);
  std::size_t size() const { return events_.size(); }
  /// Steps are counted from 1, as in step::number.
  const footprint& of(std::uint64_t step) const { return events_[step - 1].touches; }
  std::uint64_t event(std::uint64_t step) const { return events_[step - 1].id; }
  bool conflict(const footprint& a, const footprint& b) const;

  /// Computes the order; the functions below are about the trace as it was then.
  void order();
  bool happens_before(std::uint64_t first, std::uint64_t second) const;
  struct race {
    std::uint64_t first;
    std::uint64_t second;
  };
  /// Pairs that conflict and that nothing else orders: the second could have come first.
  const std::vector<race>& races() const { return races_; }
  /// Equal for runs that order only independent steps differently. Steps that touch nothing do not count: a loop polls
  /// in vain once more or less, depending on what happens to be its last step.
  std::uint64_t hash() const;

 private:
  struct event_state {
    std::uint64_t id = 0;
    std::uint64_t cause = 0;
    std::uint64_t enabled_by = 0;
    std::int64_t time = 0;
    footprint touches;
  };
  void order_step(std::size_t at, std::size_t instant);
  void take_in(std::size_t at, std::size_t earlier);

  bool processes_share_;
  std::vector<event_state> events_;
  std::vector<std::uint64_t> before_;  // a bit matrix: row = step, column = a step before it
  std::size_t words_ = 0;
  std::vector<race> races_;
};

/// What names a step before and after others were reordered.
inline std::uint64_t event_of(const choice_option& option) {
  return option.lineage != 0 ? option.lineage : option.identity;
}

}  // namespace twinloop::sim

#endif
