// The contract suite's arm in the simulated world: every body under the natural order and under explored ones.
//
// TWINLOOP_SEED=<n> changes the search, TWINLOOP_RUNS=<n> its length, TWINLOOP_RUN=<n> runs one schedule only.
#include <cstdlib>
#include <optional>

#include "tests/contract/harness.hpp"
#include "twinloop/sim.hpp"
#include "twinloop/work.hpp"

namespace twinloop::contract {

namespace {

constexpr std::uint64_t runs_default = 24;

std::optional<std::uint64_t> number_of_environment(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  return std::strtoull(text, nullptr, 0);
}

class sim_surroundings final : public surroundings {
 public:
  explicit sim_surroundings(sim::host& host) : host_(&host) {}
  std::string directory() const override { return "/data"; }
  void limit_handles(unsigned open, unsigned more) override { host_->limit_handles(open + more); }
  void lift_limit() override { host_->limit_handles(1024); }

 private:
  sim::host* host_;
};

class sim_arm final : public arm {
 public:
  sim_arm() : arm("sim") {}

  void run(const body& tested, surroundings*& here) const override {
    for_each_schedule([&](sim::world& world) {
      sim::host& host = world.add_host("host");
      sim_surroundings around(host);
      here = &around;
      host.start("program", [&](loop& loop, arguments) {
        EXPECT_TRUE(blocking_files(loop.below()).make_directory(around.directory()));
        tested(loop);
        expect_nothing_left(loop);
        return 0;
      });
      world.run();
      here = nullptr;
    });
  }

  void run_pair(const server_body& server, const client_body& client) const override {
    for_each_schedule([&](sim::world& world) {
      sim::host& serving = world.add_host("server");
      sim::host& asking = world.add_host("client");
      auto start_client = [&](const address& there) {
        asking.start("client", [&client, there](loop& loop, arguments) {
          client(loop, there);
          expect_nothing_left(loop);
          return 0;
        });
      };
      serving.start("server", [&](loop& loop, arguments) {
        server(loop, [&](const address& bound) {
          address there = serving.address(bound.port);
          world.at(
              0ns, [=] { start_client(there); }, "start client");
        });
        expect_nothing_left(loop);
        return 0;
      });
      world.run();
    });
  }

 private:
  template <class Build>
  static void for_each_schedule(Build build) {
    std::uint64_t seed = number_of_environment("TWINLOOP_SEED").value_or(1);
    std::uint64_t runs = number_of_environment("TWINLOOP_RUNS").value_or(runs_default);
    // A hold by time lets a stream that goes on meanwhile make many choices.
    sim::recording record(std::size_t{16} << 20);
    std::optional<std::uint64_t> only = number_of_environment("TWINLOOP_RUN");
    for (std::uint64_t run = only.value_or(0); run < (only ? *only + 1 : runs); ++run) {
      SCOPED_TRACE("repeat with TWINLOOP_SEED=" + std::to_string(seed) + " TWINLOOP_RUN=" + std::to_string(run));
      std::unique_ptr<sim::choice_source> source = sim::make_source(sim::plan_run(seed, run, sim::order_kinds()));
      sim::world world({.source = source.get(), .record = &record, .seed = seed + run});
      build(world);
      EXPECT_TRUE(world.report().clean()) << world.report().text();
      EXPECT_TRUE(world.report().left.empty()) << world.report().text();
      if (::testing::Test::HasFailure()) return;
    }
  }
};

const sim_arm instance;

}  // namespace

}  // namespace twinloop::contract
