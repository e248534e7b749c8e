#include "sim/causality.hpp"

#include <algorithm>

#include "twinloop/assert.hpp"

namespace twinloop::sim {
namespace {
constexpr std::uint64_t setup_lineage = 0x7365742d7570ull;
}

void causality::begin() {
  expected_.assign(1, {});
  free_.clear();
  chains_.assign(1, {});
  owners_.clear();
  steps_ = working_for_ = chain_ = registered_ = 0;
  lineage_ = setup_lineage;
}

expectation_id causality::expect(std::uint32_t process, std::uint64_t name) {
  expectation_id made = 0;
  if (free_.empty()) {
    made = static_cast<expectation_id>(expected_.size());
    expected_.emplace_back();
  } else {
    made = free_.back();
    free_.pop_back();
  }
  // The set-up is no chain: what it registers is as independent as what it sets up.
  std::uint64_t chain = chain_;
  if (chain == 0 || chains_[chain].pending > 0) {
    chain = chains_.size();
    chains_.push_back({chain_, name, 0});
  }
  ++chains_[chain].pending;
  const std::uint64_t lineage = mix64(lineage_ ^ mix64(++registered_));
  expected_[made] = {chain, chains_[chain].parent, chains_[chain].name, steps_, 0, lineage, 0, process, true, false};
  return made;
}

void causality::make_ready(expectation_id which, std::uint32_t occurrence) {
  expectation& made = expected_[which];
  if (which == 0 || made.ready) return;
  made.ready = true;
  made.occurrence = occurrence;
  made.enabled_by = working_for_;
}

void causality::withdraw(expectation_id& which) {
  if (which == 0) return;
  expectation& gone = expected_[which];
  TWINLOOP_ASSERT(gone.used);
  --chains_[gone.chain].pending;
  gone.used = false;
  free_.push_back(std::exchange(which, 0));
}

void causality::withdraw_all_of(std::uint32_t process) {
  for (expectation_id each = 1; each < expected_.size(); ++each) {
    expectation_id gone = each;
    if (expected_[each].used && expected_[each].process == process) withdraw(gone);
  }
}

bool causality::expects(std::uint32_t process) const {
  return std::any_of(expected_.begin(), expected_.end(),
                     [&](const expectation& each) { return each.used && each.process == process; });
}

void causality::attribute_step(expectation_id which) {
  chain_ = expected_[which].chain;
  lineage_ = expected_[which].lineage;
  registered_ = 0;
}

std::uint64_t causality::begin_step(expectation_id which, std::uint64_t next_event) {
  work_for(++steps_, next_event);
  attribute_step(which);
  return steps_;
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

void causality::work_for(std::uint64_t step, std::uint64_t next_event) {
  working_for_ = step;
  if (!owners_.empty() && owners_.back().first == next_event) {
    owners_.back().step = step;
  } else {
    owners_.push_back({next_event, step});
  }
}

void causality::begin_event(std::uint64_t number, std::uint64_t next_event) {
  // The last owner that begins at or before the event; there is none for what the set-up queued.
  const auto after = std::upper_bound(owners_.begin(), owners_.end(), number,
                                      [](std::uint64_t value, const event_owner& each) { return value < each.first; });
  work_for(after == owners_.begin() ? 0 : std::prev(after)->step, next_event);
}

}  // namespace twinloop::sim
