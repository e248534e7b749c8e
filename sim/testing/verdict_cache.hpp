// What the shrinker knows about candidates without running them.
//
// Of every candidate that ran it is known which of its instructions made a difference. Any candidate between that part
// and the whole would run the very same trace, so its verdict is known.
#ifndef TWINLOOP_SIM_TESTING_VERDICT_CACHE_HPP
#define TWINLOOP_SIM_TESTING_VERDICT_CACHE_HPP

#include <optional>

#include "sim/testing/candidate.hpp"

namespace twinloop::testing {

class verdict_cache {
 public:
  struct verdict {
    bool fails = false;
    const std::vector<std::uint64_t>* used = nullptr;  ///< essences, sorted
  };
  std::optional<verdict> find(const candidate& tried) const;
  void add(const candidate& tried, const std::vector<bool>& used, bool fails);
  void clear() { entries_.clear(); }

 private:
  struct entry {
    std::vector<std::uint64_t> whole;  // sorted
    std::vector<std::uint64_t> used;
    bool fails = false;
  };
  std::vector<entry> entries_;
};

/// The instructions of `whole` whose essence is in `used` (sorted).
candidate keep_used(const candidate& whole, const std::vector<std::uint64_t>& used);

}  // namespace twinloop::testing

#endif
