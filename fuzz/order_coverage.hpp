// What a fuzzer is told about the order of a run, beside which code it reached: small counters, one for each thing that
// can be said about two events in a row. It knows nothing of what a program looks for.
//
//   pair    (process, previous event, event), and (conflict key, previous event, event): who came after whom
//   code    (event, its occurrence, the set of code that its callbacks reached): that it meant something else this time
//   value   (question of kind user, its answer)
//
// Events count by label, so that pairs are few; `code` also by occurrence, up to 63, since a program that has got
// further does the same thing again.
#ifndef TWINLOOP_FUZZ_ORDER_COVERAGE_HPP
#define TWINLOOP_FUZZ_ORDER_COVERAGE_HPP

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "twinloop/choices.hpp"

namespace twinloop::fuzz {

/// What to count; all of it unless a measurement wants less.
struct coverage_parts {
  bool pairs = true;
  bool code = true;
  bool values = true;
};

class order_coverage {
 public:
  /// `counters`: the fuzzer's, cleared by it before each run; a power of two of them. `reached`: the counters of the
  /// compiler's instrumentation, which only grow during a run; may be empty.
  order_coverage(std::span<std::uint8_t> counters, std::span<const std::uint8_t> reached, coverage_parts parts);

  void begin();
  /// The feature `code` of the event before this one, which is now over; 0 = none.
  std::uint64_t happened(const sim::step& what);
  void drawn(std::uint64_t label, std::uint32_t value);
  /// The same of the last event.
  std::uint64_t end();

 private:
  void count(std::uint64_t feature);
  /// A hash of which code counters have grown since the last call.
  std::uint64_t code_since();
  std::uint64_t finish_event();

  std::span<std::uint8_t> counters_;
  std::span<const std::uint8_t> reached_;
  coverage_parts parts_;
  std::vector<std::uint8_t> seen_;                               // reached_ as it was
  std::unordered_map<std::uint64_t, std::uint64_t> last_touch_;  // process or key -> label of its last event
  std::uint64_t event_ = 0;                                      // label of the event under way; 0 = none
  std::uint32_t occurrence_ = 0;
};

}  // namespace twinloop::fuzz

#endif
