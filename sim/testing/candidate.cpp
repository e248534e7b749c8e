// A candidate of the shrinker, and the source that follows it.
#include "sim/testing/candidate.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>

#include "twinloop/assert.hpp"

namespace twinloop::testing {
namespace {

constexpr std::uint32_t exponent_max = 7;  // the largest answer of defer: until 127 others were delivered

/// How many deliveries a step was kept from running for: since the step that made it ready, as far as that is known.
std::uint64_t kept_for(const trace& run, const inversion& what) {
  const std::uint64_t ready_after = std::max(run[what.held].enabled_by, run[what.held].cause);  // a step's number
  const std::uint64_t until = what.until + 1;
  return ready_after != 0 && ready_after < until ? until - ready_after : 1;
}

}  // namespace

std::uint64_t instruction::essence() const {
  std::array<std::uint64_t, 5> words{static_cast<std::uint64_t>(how), held, until, exponent, 0};
  if (how == form::answer) {
    words = {static_cast<std::uint64_t>(how) | static_cast<std::uint64_t>(record.kind) << 8, record.label,
             record.occurrence, record.value, record.option};
  }
  return XXH3_64bits(words.data(), sizeof words);
}

instruction follow(const sim::choice_record& made) {
  instruction answer;
  answer.record = made;
  return answer;
}

candidate as_answers(std::span<const sim::choice_record> choices) {
  candidate made;
  for (const sim::choice_record& each : choices) {
    if (each.value != 0) made.push_back(follow(each));
  }
  return made;
}

bool is_delay(sim::choice_kind kind) {
  switch (kind) {
    case sim::choice_kind::defer:
    case sim::choice_kind::close_defer:
    case sim::choice_kind::pool_run:
    case sim::choice_kind::pool_done:
    case sim::choice_kind::timer_late:
    case sim::choice_kind::latency:
      return true;
    default:
      return false;
  }
}

bool is_order(sim::choice_kind kind) {
  switch (kind) {
    case sim::choice_kind::pick:
    case sim::choice_kind::batch:
    case sim::choice_kind::defer:
    case sim::choice_kind::close_defer:
    case sim::choice_kind::pool_run:
      return true;
    default:
      return false;
  }
}

candidate as_orders(const trace& run, const std::vector<inversion>& inversions) {
  candidate made;
  for (const inversion& each : inversions) {
    instruction order;
    order.how = instruction::form::order;
    order.held = run[each.held].identity;
    order.until = run[each.until].identity;
    const auto needed = static_cast<std::uint32_t>(std::bit_width(kept_for(run, each)));
    order.exponent = std::min(needed, exponent_max);
    made.push_back(order);
  }
  return made;
}

std::vector<sim::choice_record> candidate_source::answers_of(const candidate& follows) {
  std::vector<sim::choice_record> records;
  for (const instruction& each : follows) {
    if (each.how == instruction::form::answer) records.push_back(each.record);
  }
  return records;
}

candidate_source::candidate_source(const candidate& follows)
    : answers_(answers_of(follows), sim::replay_source::matching::lenient), used_(follows.size(), false) {
  for (std::size_t index = 0; index < follows.size(); ++index) {
    const instruction& each = follows[index];
    switch (each.how) {
      case instruction::form::answer:
        answer_index_.push_back(index);
        break;
      case instruction::form::rush:
        rushed_.emplace(each.until, index);
        break;
      case instruction::form::order:
        by_held_.emplace(each.held, orders_.size());
        by_until_.emplace(each.until, orders_.size());
        orders_.push_back({index, each.held, each.until, each.exponent, false});
        break;
    }
  }
}

std::uint32_t candidate_source::answer(const sim::question& asked) {
  if (asked.kind == sim::choice_kind::pick) return pick(asked);
  const std::uint32_t wanted = answers_.answer(asked);
  if (wanted != 0) return wanted;
  if (asked.about != 0) return hold(asked);
  if (asked.kind == sim::choice_kind::batch && kept_back_ != nullptr) {
    used_[kept_back_->index] = true;
    return 1;  // this one alone
  }
  return 0;
}

std::uint32_t candidate_source::hold(const sim::question& asked) {
  order_state* const order = holder_of(asked.about);
  if (order == nullptr || order->exponent == 0) return 0;
  used_[order->index] = true;
  return std::min(order->exponent, asked.n - 1);
}

std::uint32_t candidate_source::pick(const sim::question& asked) {
  TWINLOOP_ASSERT(asked.options.size() == asked.n);
  kept_back_ = nullptr;
  const auto& options = asked.options;
  if (const std::uint32_t wanted = answers_.answer(asked); wanted != 0) return wanted;
  for (std::uint32_t i = 0; i < options.size() && !rushed_.empty(); ++i) {
    const auto wanted = rushed_.find(options[i].identity);
    if (wanted == rushed_.end()) continue;
    if (i != 0) used_[wanted->second] = true;
    return i;
  }
  if (orders_.empty()) return 0;
  std::vector<order_state*> passed_over;
  for (std::uint32_t i = 0; i < options.size(); ++i) {
    order_state* const order = holder_of(options[i].identity);
    if (order == nullptr || order->until == order->held) {
      for (order_state* each : passed_over) used_[each->index] = true;
      if (!passed_over.empty()) kept_back_ = passed_over.front();
      return i;
    }
    passed_over.push_back(order);
  }
  return 0;  // all that could go on is held: the natural one goes
}

void candidate_source::happened(const sim::step& step) {
  const auto [first, last] = by_until_.equal_range(step.what.identity);
  for (auto each = first; each != last; ++each) orders_[each->second].over = true;
}

/// The first order, as the candidate lists them, that holds it.
candidate_source::order_state* candidate_source::holder_of(std::uint64_t identity) {
  order_state* found = nullptr;
  const auto [first, last] = by_held_.equal_range(identity);
  for (auto each = first; each != last; ++each) {
    order_state& order = orders_[each->second];
    if (!order.over && (found == nullptr || order.index < found->index)) found = &order;
  }
  return found;
}

std::vector<bool> candidate_source::used() const {
  std::vector<bool> all = used_;
  for (std::size_t record = 0; record < answer_index_.size(); ++record) {
    if (answers_.followed(record)) all[answer_index_[record]] = true;
  }
  return all;
}

}  // namespace twinloop::testing
