// The pairs of steps that two runs of one program have in another order and that could race, the likeliest first. What
// is said here is read off the two runs; flip_test.hpp tries it.
#ifndef TWINLOOP_SIM_TESTING_INVERTED_PAIRS_HPP
#define TWINLOOP_SIM_TESTING_INVERTED_PAIRS_HPP

#include <memory>

#include "sim/testing/observation.hpp"

namespace twinloop::testing {

/// Two steps that are in one order in the clean run and in the other in the failing one, as each run has them.
struct step_pair {
  trace_step first;                            ///< of the clean run, where it comes before the other
  trace_step second;                           ///< of the failing run
  std::optional<trace_step> first_in_failing;  ///< nothing: the failure came before it
  std::optional<trace_step> second_in_clean;   ///< nothing: it never comes there
  bool share_key = false;                      ///< they touch the same thing; else they are callbacks of one process
  bool doubtful = false;                       ///< one made the other possible, or led to nothing
};

/// Pairs of `clean` that `failing` has the other way round and that could race: they touch the same thing, or belong to
/// one process without saying what they touch, and are of one life of it: a restart stands between all that was before
/// and all that comes after. That a thread of the pool takes a job is no callback of anybody, and timers
/// of one process run in the order of their times. Which step is which in
/// the other run: counterparts.hpp. The second may be missing in the clean run, if it was waited for there when the
/// first ran: a deadline that a reply has stopped.
///
/// The likeliest first: neither made the other possible; both led on to something, or are the failure (else no callback
/// of the program ran, as far as can be seen); they belong to one process; they do not merely follow from another pair
/// that is inverted; a deviation is about one of them; they touch the same thing; they are near to the failure.
class inverted_pairs {
 public:
  /// References outlive it. Of runs that are too long there are none.
  inverted_pairs(const observation& failing, const observation& clean);
  inverted_pairs(inverted_pairs&&) noexcept;
  inverted_pairs& operator=(inverted_pairs&&) noexcept;
  ~inverted_pairs();

  std::size_t count() const;  ///< of all pairs that could race
  // Ranks. Only so many are kept, and can be spelt: the likeliest of those that could race, and behind them pairs whose
  // second step is of what only the failing run tells. These may be the race if a pair before them decides.
  std::size_t likely() const;
  std::size_t kept() const;
  step_pair spell(std::size_t rank) const;
  /// Whether a pair is nearer to the failure than another one: one of its steps is the same or came of it, and the
  /// other is the same or comes later.
  bool later(std::size_t rank, std::size_t than) const;

 private:
  class ranking;
  std::unique_ptr<ranking> ranking_;
};

}  // namespace twinloop::testing

#endif
