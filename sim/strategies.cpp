// Searching sources: how a run deviates from the natural order. Each is a pure function of its plan.
#include <array>
#include <vector>

#include "sim/random.hpp"
#include "twinloop/assert.hpp"
#include "twinloop/choices.hpp"

namespace twinloop::sim {
namespace {

constexpr std::uint32_t fault_kinds() {
  std::uint32_t kinds = 0;
  for (choice_kind kind : {choice_kind::net_fault, choice_kind::disk_fault, choice_kind::exhaust, choice_kind::crash,
                           choice_kind::clock, choice_kind::dns, choice_kind::signal}) {
    kinds |= 1u << static_cast<unsigned>(kind);
  }
  return kinds;
}

/// What all strategies share: masks, faults, batches of one, small values. Subclasses decide picks and defers.
class searching_source : public choice_source {
 public:
  explicit searching_source(const search_plan& plan)
      : plan_(plan), random_(random_stream(plan.seed).split(0x706c616e)) {}

  std::uint32_t answer(const question& asked) override {
    if (asked.kind == choice_kind::user) return random_.below(asked.n);
    if ((plan_.kinds & bit(asked.kind)) == 0) return 0;
    if ((fault_kinds() & bit(asked.kind)) != 0) return fault(asked);
    switch (asked.kind) {
      case choice_kind::pick:
        return pick(asked);
      case choice_kind::batch:
        return 1;
      case choice_kind::defer:
      case choice_kind::close_defer:
        return defer(asked);
      default:
        return rare_value(asked);
    }
  }

 protected:
  virtual std::uint32_t pick(const question& asked) = 0;
  virtual std::uint32_t defer(const question&) { return 0; }
  /// Mostly natural, else uniform: for latencies, short transfers, late timers, pool choices, cancel races.
  std::uint32_t rare_value(const question& asked) { return random_.one_in(4) ? random_.below(asked.n) : 0; }

  std::uint32_t fault(const question& asked) {
    // What a crash keeps is drawn freely; faults that happen out of nowhere are rare and few.
    if (asked.kind == choice_kind::disk_fault && asked.n == 3) return random_.below(3);
    std::uint32_t& used = faults_[static_cast<std::size_t>(asked.kind)];
    if (used >= plan_.fault_budget || !random_.one_in(plan_.fault_one_in)) return 0;
    ++used;
    return 1 + random_.below(asked.n - 1);
  }

  const search_plan plan_;
  random_stream random_;
  std::array<std::uint32_t, choice_kinds> faults_{};
};

class random_walk_source final : public searching_source {
  using searching_source::searching_source;
  std::uint32_t pick(const question& asked) override { return random_.below(asked.n); }
};

/// The priority of an option is a hash of its identity: drawn once, and the same in every pick it takes part in.
class static_priority_source final : public searching_source {
  using searching_source::searching_source;
  bool wants_options() const override { return true; }
  std::uint32_t pick(const question& asked) override {
    std::uint32_t best = 0;
    std::uint64_t highest = 0;
    for (std::uint32_t i = 0; i < asked.options.size(); ++i) {
      const std::uint64_t priority = mix64(asked.options[i].identity ^ plan_.seed);
      if (i == 0 || priority > highest) best = i, highest = priority;
    }
    return best;
  }
};

class defer_source final : public searching_source {
  using searching_source::searching_source;
  std::uint32_t pick(const question&) override { return 0; }
  std::uint32_t defer(const question& asked) override {
    return random_.one_in(plan_.defer_one_in) ? 1 + random_.below(asked.n - 1) : 0;
  }
};

class natural_source final : public choice_source {
  std::uint32_t answer(const question&) override { return 0; }
};

}  // namespace

const char* name(strategy how) noexcept {
  switch (how) {
    case strategy::natural:
      return "natural";
    case strategy::random_walk:
      return "random_walk";
    case strategy::static_priority:
      return "static_priority";
    case strategy::defer:
      return "defer";
  }
  return "unknown";
}

std::uint32_t order_kinds() noexcept {
  std::uint32_t kinds = (1u << choice_kinds) - 1;
  return kinds & ~fault_kinds();
}

search_plan plan_run(std::uint64_t seed, std::uint64_t run, std::uint32_t kinds) {
  search_plan plan;
  plan.seed = mix64(seed ^ mix64(run + 0x9e3779b97f4a7c15ull));
  if (run < 2) return plan;
  // A rotation of ten: schedule-exploration.md finds no single strategy without a blind spot. More join here.
  constexpr std::array<strategy, 10> rotation = {strategy::random_walk,    strategy::static_priority, strategy::defer,
                                                 strategy::random_walk,    strategy::static_priority, strategy::defer,
                                                 strategy::random_walk,    strategy::static_priority, strategy::defer,
                                                 strategy::static_priority};
  random_stream draw = random_stream(plan.seed).split(0x6b696e64);
  plan.how = rotation[(run - 2) % rotation.size()];
  plan.kinds = kinds;
  constexpr std::array<std::uint32_t, 4> defer_rates = {2, 4, 10, 20};
  plan.defer_one_in = defer_rates[draw.below(4)];
  constexpr std::array<std::uint32_t, 4> fault_rates = {8, 16, 48, 128};
  plan.fault_one_in = fault_rates[draw.below(4)];
  plan.fault_budget = 1 + draw.below(3);
  if (draw.one_in(2)) {  // swarm: every other run leaves out a random half of the kinds, never the picks
    const auto mask = static_cast<std::uint32_t>(draw.next());
    plan.kinds &= mask | bit(choice_kind::pick) | bit(choice_kind::batch) | bit(choice_kind::defer);
  }
  return plan;
}

std::unique_ptr<choice_source> make_source(const search_plan& plan) {
  switch (plan.how) {
    case strategy::natural:
      return std::make_unique<natural_source>();
    case strategy::random_walk:
      return std::make_unique<random_walk_source>(plan);
    case strategy::static_priority:
      return std::make_unique<static_priority_source>(plan);
    case strategy::defer:
      return std::make_unique<defer_source>(plan);
  }
  TWINLOOP_ASSERT(false);
}

}  // namespace twinloop::sim
