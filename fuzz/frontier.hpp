// Where a search goes on: for each reaction that an event ever showed, the simplest beginning of a schedule that led to
// it. A fuzzer's corpus has such inputs, too, but as whole runs among many that are new for lesser reasons, and a
// mutation of a whole run seldom keeps the beginning that counts.
#ifndef TWINLOOP_FUZZ_FRONTIER_HPP
#define TWINLOOP_FUZZ_FRONTIER_HPP

#include <cstddef>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "sim/random.hpp"
#include "twinloop/choices.hpp"

namespace twinloop::fuzz {

/// An event of a run that showed a reaction: which one, and what led there.
struct milestone {
  std::uint64_t reaction = 0;     ///< order_coverage's feature: the event, its occurrence, the code it reached
  std::uint32_t answers = 0;      ///< bytes of answers before the event, those behind the input's end included
  std::uint32_t amounts = 0;      ///< how many of the answers said how much (a delay, a fault) and were not 0
  std::uint32_t other_picks = 0;  ///< how many said which of several and were not 0
};

/// What a byte of the schedule answered, or would have answered if the schedule had not ended.
struct asked_byte {
  std::uint32_t n = 0;
  sim::choice_kind kind = sim::choice_kind::pick;
};

/// Whether a question is which of several things comes first. The others ask how much, or whether: 0 is nothing.
constexpr bool asks_which(sim::choice_kind kind) {
  return kind == sim::choice_kind::pick || kind == sim::choice_kind::pool_start;
}

class frontier {
 public:
  /// Hears of the run of `input`, which was asked `asked`. A reaction that is new, or was not reached in a simpler way
  /// before, is known by this run's beginning from now on. Simpler: with fewer amounts, else fewer other picks, else
  /// sooner. What is delayed stands in the way later on; what was picked does not.
  void reached(std::span<const std::byte> input, std::span<const milestone> milestones,
               std::span<const asked_byte> asked);
  bool empty() const { return beginnings_.empty(); }
  std::size_t size() const { return beginnings_.size(); }
  /// A beginning with another ending: one of the newest, one of the least tried, or now and then any. The ending's
  /// picks are drawn, its amounts mostly 0. Some have one of the beginning's answers changed. At most `size_max` bytes.
  std::vector<std::byte> go_on(std::size_t size_max, sim::random_stream& random);

 private:
  struct run {
    std::vector<std::byte> schedule;
    std::vector<std::byte> data;
    std::vector<asked_byte> asked;
  };
  struct beginning {
    std::shared_ptr<const run> of;
    milestone where;
    std::uint32_t tries = 0;
  };
  /// Where the beginning for this reaction stands or is to stand; nullptr if there is no better one in `met`.
  beginning* place_for(const milestone& met);
  beginning& choose(sim::random_stream& random);

  std::vector<beginning> beginnings_;                         // in order of discovery
  std::unordered_map<std::uint64_t, std::size_t> positions_;  // reaction -> its place there
};

}  // namespace twinloop::fuzz

#endif
