#include "sim/causality.hpp"

#include <algorithm>

namespace twinloop::sim {
namespace {
constexpr std::uint64_t setup_lineage = 0x7365742d7570ull;
}

void causality::begin() {
  expected_.assign(1, {});
  free_ = pending_ = 0;
  chains_.assign(1, {});
  owners_.clear();
  steps_ = working_for_ = chain_ = registered_ = 0;
  lineage_ = setup_lineage;
}

std::uint64_t causality::open_chain(std::uint64_t name) {
  chains_.push_back({chain_, name, false});
  return chains_.size() - 1;
}

/// One more that is free.
void causality::add_expectation() {
  TWINLOOP_ASSERT(free_ == 0);
  free_ = static_cast<expectation_id>(expected_.size());
  expected_.emplace_back();
}

void causality::withdraw_all_of(std::uint32_t process) {
  if (pending_ == 0) return;
  for (expectation_id each = 1; each < expected_.size(); ++each) {
    expectation_id gone = each;
    if (expected_[each].used && expected_[each].process == process) withdraw(gone);
  }
}

bool causality::expects(std::uint32_t process) const {
  return std::any_of(expected_.begin(), expected_.end(),
                     [&](const expectation& each) { return each.used && each.process == process; });
}

void causality::go_on(expectation_id which) {
  if (which == 0) return;
  attribute_step(which);
  expectation& same = expected_[which];
  same.ready = false;
  same.cause = steps_;
  same.enabled_by = 0;
  same.lineage = mix64(same.lineage + 1);
}

}  // namespace twinloop::sim
