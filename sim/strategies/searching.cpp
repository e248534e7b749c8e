// What all strategies share: who is asked, within which masks and budgets, and that nothing starves.
#include "sim/strategies/searching.hpp"

namespace twinloop::sim {
namespace {

/// A ready thing that was passed over this often for each option there was goes next: the age limit of a fair PCT.
/// It holds for all strategies that could starve something.
constexpr std::uint32_t age_limit = 50;

}  // namespace

std::uint32_t fault_kinds() noexcept {
  return bit(choice_kind::net_fault) | bit(choice_kind::disk_fault) | bit(choice_kind::exhaust) |
         bit(choice_kind::crash) | bit(choice_kind::clock) | bit(choice_kind::dns) | bit(choice_kind::signal);
}

std::uint32_t reserved_kinds() noexcept {
  return bit(choice_kind::net_fault) | bit(choice_kind::exhaust) | bit(choice_kind::clock) | bit(choice_kind::signal);
}

std::uint32_t order_kinds() noexcept { return ((1u << choice_kinds) - 1) & ~fault_kinds(); }

searching_source::searching_source(const search_plan& plan, bool reads_options)
    : plan_(plan),
      picks_(random_stream(plan.seed).split(0x7069636b)),
      values_(random_stream(plan.seed).split(0x76616c75)),
      wants_options_(reads_options || plan.label_mask != 0),
      users_(random_stream(plan.seed).split(0x75736572)),
      holder_(plan.holds, plan.seed) {}

std::uint32_t searching_source::answer(const question& asked) {
  TWINLOOP_ASSERT(asked.n > 1);
  if (asked.kind == choice_kind::user) return users_.below(asked.n);
  if (!deviates(asked.kind)) return 0;
  if (!asked.options.empty() && !wants_options_) return answer_bare(asked);
  if (asked.kind == choice_kind::pick) return fair_pick(asked);
  if (plan_.label_mask != 0 && masked(asked)) return 0;
  switch (asked.kind) {
    case choice_kind::batch:
      return batch(asked);
    case choice_kind::defer:
    case choice_kind::close_defer:
      return holder_.holds() ? holder_.hold(asked) : hold(asked);
    case choice_kind::pool_start:
      if (!asked.options.empty()) return start(asked);
      [[fallthrough]];
    default:
      if ((fault_kinds() & bit(asked.kind)) != 0) return fault(asked);
      return holder_.holds() ? holder_.value(asked) : value(asked);
  }
}

/// Told of options for somebody else's sake: the answers must not depend on it.
std::uint32_t searching_source::answer_bare(question asked) {
  asked.options = {};
  return answer(asked);
}

/// Whether a label mask leaves it natural. It is about orders, not faults.
bool searching_source::masked(const question& asked) const {
  return (fault_kinds() & bit(asked.kind)) == 0 && masked(asked.label);
}

void searching_source::happened(const step& what) {
  ++report_.steps;
  ran(what);
}

/// Mostly natural, else uniform: latencies, short transfers, late timers, pool choices, cancel races. Late timers are
/// budgeted: without a limit every time-out fires and every retry loop spins.
std::uint32_t searching_source::value(const question& asked) {
  if (!values_.one_in(4)) return 0;
  const std::uint32_t drawn = values_.below(asked.n);
  if (asked.kind != choice_kind::timer_late || drawn == 0) return drawn;
  std::uint32_t& late = used_[static_cast<std::size_t>(choice_kind::timer_late)];
  if (late >= plan_.late_budget) return 0;
  ++late;
  return drawn;
}

std::uint32_t searching_source::fault(const question& asked) {
  // What a crash keeps is drawn freely; faults that happen out of nowhere are rare and few.
  if (asked.kind == choice_kind::disk_fault && asked.n == 3) return values_.below(3);
  std::uint32_t& used = used_[static_cast<std::size_t>(asked.kind)];
  if (used >= plan_.fault_budget || !values_.one_in(plan_.fault_one_in)) return 0;
  ++used;
  return 1 + values_.below(asked.n - 1);
}

std::uint32_t searching_source::fair_pick(const question& asked) {
  if (asked.options.empty()) return pick(asked);
  if (asked.options[0].identity != front_) {
    front_ = asked.options[0].identity;
    passed_over_ = 0;
  }
  if (passed_over_ >= age_limit * asked.n) {
    ++report_.forced;
    return 0;
  }
  const std::uint32_t picked = plan_.label_mask == 0 ? pick(asked) : unmasked_pick(asked);
  if (picked != 0) ++passed_over_;
  return picked;
}

/// Under a label mask: masked options go when their natural turn comes and take no part before.
std::uint32_t searching_source::unmasked_pick(const question& asked) {
  if (masked(asked.options[0].label)) return 0;
  kept_.clear();
  places_.clear();
  for (std::uint32_t i = 0; i < asked.options.size(); ++i) {
    if (masked(asked.options[i].label)) continue;
    kept_.push_back(asked.options[i]);
    places_.push_back(i);
  }
  if (kept_.size() == 1) return places_[0];
  question smaller = asked;
  smaller.n = static_cast<std::uint32_t>(kept_.size());
  smaller.options = kept_;
  const std::uint32_t picked = pick(smaller);
  TWINLOOP_ASSERT(picked < kept_.size());
  return places_[picked];
}

}  // namespace twinloop::sim
