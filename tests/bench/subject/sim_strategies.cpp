// sim-strategy: what a strategy costs a decision, over the same program in the same order of things with nobody to ask.
// The program is `chains` operations that fail at once and are tried again, `length` times each: one pick among up to
// `chains` options a callback, at one virtual instant, the same callbacks in every order.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "harness/affinity.hpp"
#include "harness/report.hpp"
#include "subject/serve.hpp"
#include "subject/simulation.hpp"
#include "subject/sockets.hpp"
#include "twinloop/strategies.hpp"

namespace bench::subject {
namespace {

using namespace twinloop;

constexpr std::array<const char*, 16> names = {"a", "b", "c", "d", "e", "f", "g", "h",
                                               "i", "j", "k", "l", "m", "n", "o", "p"};

/// What strategies are compared with: natural order, one completion a wait as they have it, and no options. With
/// `told`, it wants options and hears of every step, and so shows what the simulator's share of an overhead is.
class natural_one_by_one final : public sim::choice_source {
 public:
  explicit natural_one_by_one(bool told) : told_(told) {}
  std::uint32_t answer(const sim::question& asked) override { return asked.kind == sim::choice_kind::batch ? 1 : 0; }
  bool wants_options() const override { return told_; }

 private:
  bool told_;
};

struct chain : shutdown_op {
  std::size_t left = 0;
};

int chains_program(class loop& on, std::size_t count, std::size_t length) {
  std::vector<chain> chains(count);
  for (std::size_t i = 0; i < count; ++i) {
    chains[i].handle = open_socket(on, names[i]);
    chains[i].left = length;
    chains[i].on_complete = [](op& self, const completion&) {  // errc::not_connected
      auto& again = static_cast<chain&>(self);
      if (--again.left > 0) again.owner->submit(again);
    };
    on.submit(chains[i]);
  }
  on.run();
  for (chain& each : chains) close_now(on, each.handle);
  return 0;
}

/// The runs that are compared, in one world.
class comparison {
 public:
  explicit comparison(const arguments& given)
      : count_(std::clamp<std::size_t>(given.number("chains", 8), 1, names.size())),
        length_(std::max<std::size_t>(given.number("length", 16), 1)),
        memory_(given),
        world_(unlimited(nullptr, memory_)),
        how_(given.text("how", "urw")) {
    const auto strategy = sim::parse_strategy(how_);
    if (!strategy && how_ != "order" && how_ != "told") {
      std::fprintf(stderr, "sim-strategy: how=%s: want a strategy's name, order or told\n", how_.c_str());
      _exit(2);
    }
    if (!strategy) return;
    strategy_ = *strategy;
    learned_ = sim::learn(1, sim::order_kinds(), [this](std::uint64_t, sim::choice_source& source) {
      run(&source);
      return true;
    });
  }

  std::size_t decisions() const { return count_ * length_; }
  std::uint64_t choices() const { return world_.report().choices; }
  const std::string& how() const { return how_; }
  void run_reference() {
    natural_one_by_one source(false);
    run(&source);
  }
  void run_strategy(std::uint64_t seed) {
    if (how_ == "order" || how_ == "told") {
      natural_one_by_one source(how_ == "told");
      return run(&source);
    }
    sim::search_plan plan = sim::plan_strategy(strategy_, seed, sim::order_kinds(), learned_);
    plan.how = strategy_;  // not what it falls back to where nothing is declared
    auto source = sim::make_source(plan, learned_);
    run(source.get());
  }

 private:
  void run(sim::choice_source* source) {
    world_.reset(unlimited(source, memory_));
    auto program = [this](class loop& on, auto) { return chains_program(on, count_, length_); };
    world_.add_host("host").start("chains", program);
    require_clean(world_.run());
  }

  std::size_t count_, length_;
  recording_memory memory_;
  sim::world world_;
  std::string how_;
  sim::strategy strategy_ = sim::strategy::natural;
  sim::search_model learned_;
};

}  // namespace

/// Blocks of both kinds of runs in turn, so that a drift of the machine meets both; the median of the differences.
/// pair=0: only the strategy's runs, for counting instructions.
void serve_strategies(const arguments& given) {
  if (given.workload() != "sim-strategy") return;
  pin(0);
  comparison compared(given);
  const std::size_t count = given.number("n", 10'000), block = 50;
  if (given.number("pair", 1) == 0) {
    for (std::size_t run = 0; run < count; ++run) compared.run_strategy(run);
    report("sim-strategy-" + compared.how(), static_cast<double>(count), "runs", "");
  }
  std::vector<double> overheads;
  for (std::size_t run = 0; run < count; run += block) {
    const std::uint64_t begun = thread_cpu_ns();
    for (std::size_t i = 0; i < block; ++i) compared.run_reference();
    const std::uint64_t between = thread_cpu_ns();
    for (std::size_t i = 0; i < block; ++i) compared.run_strategy(run + i);
    const auto reference = static_cast<double>(between - begun), taken = static_cast<double>(thread_cpu_ns() - between);
    overheads.push_back((taken - reference) / static_cast<double>(block * compared.decisions()));
  }
  auto middle = overheads.begin() + static_cast<std::ptrdiff_t>(overheads.size() / 2);
  std::nth_element(overheads.begin(), middle, overheads.end());
  report("sim-strategy-" + compared.how(), std::max(*middle, 0.1), "ns",
         fmt::format("choices_per_decision={:.2f}",
                     static_cast<double>(compared.choices()) / static_cast<double>(compared.decisions())));
}

}  // namespace bench::subject
