// Runs that answer a question about a failure.
#include "sim/testing/experiments.hpp"

#include <fmt/format.h>

namespace twinloop::testing {
namespace {

/// Follows instructions; asks another source where they say nothing.
class filled_up_source final : public sim::choice_source {
 public:
  filled_up_source(candidate_source& first, sim::choice_source& rest) : first_(&first), rest_(&rest) {}
  std::uint32_t answer(const sim::question& asked) override {
    const std::uint32_t wanted = first_->answer(asked);
    const std::uint32_t otherwise = rest_->answer(asked);  // asked every time, so that its own state goes on
    return wanted != 0 ? wanted : otherwise;
  }
  bool wants_options() const override { return true; }
  void happened(const sim::step& step) override {
    first_->happened(step);
    rest_->happened(step);
  }

 private:
  candidate_source* first_;
  sim::choice_source* rest_;
};

}  // namespace

experiments::experiments(shared_memory& memory, const subject& what, std::uint64_t data_seed,
                         failure_signature expected, watch_options watch)
    : memory_(memory), what_(what), data_seed_(data_seed), expected_(std::move(expected)), watch_(std::move(watch)) {}

observation experiments::run(sim::choice_source* source) {
  ++executions_;
  return run_isolated(memory_, {&what_, source, data_seed_, 0, false, nullptr, true}, watch_);
}

observation experiments::follow(const candidate& instructions) {
  candidate_source source(instructions);
  return run(&source);
}

observation experiments::follow_at_random(const candidate& instructions, std::uint64_t number) {
  candidate_source source(instructions);
  // Values that the test draws are the workload, not its schedule: they stay as they are.
  const std::uint32_t kinds = what_.kinds & sim::order_kinds() & ~sim::bit(sim::choice_kind::user);
  const auto random = sim::make_source(sim::plan_strategy(sim::strategy::random_walk, number, kinds));
  filled_up_source both(source, *random);
  return run(&both);
}

std::string experiments::outcome(const observation& seen) {
  if (!failing(seen.result)) return "clean";
  const sim::failure& broke = seen.result.broke;
  const std::string message = broke.message.substr(0, broke.message.find('\n'));
  return message.empty() ? broke.name : fmt::format("{}: {}", broke.name, message);
}

}  // namespace twinloop::testing
