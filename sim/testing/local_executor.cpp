// Runs one subject again and again in this process.
#include "sim/testing/local_executor.hpp"

#include "sim/testing/run.hpp"

namespace twinloop::testing {
namespace {

constexpr std::size_t record_bytes = std::size_t{1} << 26;

/// Passes questions on and keeps the steps.
class tracing_source final : public sim::choice_source {
 public:
  tracing_source(sim::choice_source& inner, const sim::recording& record, const sim::world& world)
      : inner_(&inner), record_(&record), world_(&world) {}
  std::uint32_t answer(const sim::question& asked) override { return inner_->answer(asked); }
  bool wants_options() const override { return true; }
  void happened(const sim::step& step) override {
    inner_->happened(step);
    steps.push_back(make_step(step, record_->records().size(), world_->now().time_since_epoch().count()));
  }
  trace steps;

 private:
  sim::choice_source* inner_;
  const sim::recording* record_;
  const sim::world* world_;
};

}  // namespace

local_executor::local_executor(const subject& what, std::uint64_t data_seed, std::function<void()> beat)
    : what_(what), data_seed_(data_seed), beat_(std::move(beat)), record_(record_bytes) {}

observation local_executor::operator()(sim::choice_source& source, const configuration& settings) {
  if (beat_) beat_();
  what_.settings = settings;
  tracing_source tracer(source, record_, world_);
  observation seen;
  seen.result = run_in(world_, {&what_, &tracer, data_seed_, 0, &record_, false});
  seen.result.choices.assign(record_.records().begin(), record_.records().end());
  seen.truncated = record_.head().overflow != 0;
  seen.complete = true;
  seen.steps = std::move(tracer.steps);
  return seen;
}

}  // namespace twinloop::testing
