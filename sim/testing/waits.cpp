// Who waited for whom.
#include "sim/testing/waits.hpp"

#include <algorithm>

#include "sim/testing/compared_run.hpp"

namespace twinloop::testing {

waits::waits(const observation& run, const trace* natural) : seen_(run), run_(run.steps), natural_(natural) {
  if (natural_ == nullptr || natural_->empty()) return;
  in_run_ = positions(run_);
  in_natural_ = positions(*natural_);
}

const trace_step* waits::of_step(std::uint64_t identity) const {
  const auto found = in_natural_.find(identity);
  return found == in_natural_.end() ? nullptr : overtaker((*natural_)[found->second], found->second);
}

const trace_step* waits::of_label(std::uint64_t label) const {
  if (in_natural_.empty()) return nullptr;
  for (std::size_t at = 0; at < natural_->size(); ++at) {
    if ((*natural_)[at].label != label) continue;
    if (const trace_step* const other = overtaker((*natural_)[at], at)) return other;
  }
  return nullptr;
}

std::uint32_t waits::occurrence_of(std::uint64_t identity) const {
  return (*natural_)[in_natural_.at(identity)].occurrence;
}

const trace_step* waits::overtaker(const trace_step& naturally, std::size_t natural_position) const {
  const auto there = in_run_.find(naturally.identity);
  const std::size_t end = there == in_run_.end() ? run_.size() : there->second;  // the failure may have come before it
  const trace_step* best = nullptr;
  int best_rank = -1;
  for (std::size_t at = 0; at < end; ++at) {
    const auto other = in_natural_.find(run_[at].identity);
    if (other == in_natural_.end() || other->second <= natural_position) continue;
    int rank = share_key(naturally, run_[at]) ? 3 : conflict(naturally, run_[at]) ? 2 : 0;
    if (is_bookkeeping(seen_, run_[at].identity)) rank = std::min(rank, 1);
    if (rank < best_rank) continue;
    best_rank = rank;
    best = &run_[at];
  }
  return best;
}

}  // namespace twinloop::testing
