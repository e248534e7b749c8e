// The five programs of the benchmark, on top of chains.
#include <array>
#include <memory>

#include "scenarios/calibration/chains.hpp"

namespace twinloop::calibration {
namespace {
using namespace std::chrono_literals;

bool holds(const constraint& wanted, std::span<const link> order) {
  auto place = [&](link at) {
    std::size_t i = 0;
    while (i < order.size() && (order[i].chain != at.chain || order[i].index != at.index)) ++i;
    return i;
  };
  const std::size_t before = place(wanted.before);
  const std::size_t after = place(wanted.after);
  return before < after && after < order.size();
}

}  // namespace

std::string run_c1(sim::world& world) { return run_chains(world, {5, 5}); }

std::string run_c2(sim::world& world) {
  const std::string order = run_chains(world, {1, 25});
  world.check(order.empty() || order.back() != 'a', "c2.last", "the single callback ran last");
  return order;
}

std::string run_c4(sim::world& world, bool declared) { return run_chains(world, {3, 3, 3}, declared); }

std::string run_c5(sim::world& world) {
  std::string order;
  std::unique_ptr<timer> interval;
  chains what{{5}, [&](link) { order += 'a'; }, false, {}, {}, {}, false};
  what.alongside = [&](loop& on) {
    interval = std::make_unique<timer>(
        on, [&] { order += 't'; }, "interval");
    interval->start(0ms, 1ms);  // its first time meets the chain
  };
  what.finished = [&] { interval.reset(); };
  add_chains(world, std::move(what));
  world.run();
  return order;
}

std::string run_c5_busy(sim::world& world) {
  std::string order;
  add_chains(world, {{5}, [&](link) { order += 'a'; }, true, {}, {}, {}, false});
  world.run();
  return order;
}

std::span<const pattern> patterns() {
  constexpr unsigned a = 0;
  constexpr unsigned b = 1;
  constexpr unsigned c = 2;
  static const std::array<pattern, 6> all = {
      pattern{"order", {3, 3}, {{{b, 2}, {a, 2}}}},
      pattern{"atomicity", {2, 2}, {{{a, 0}, {b, 1}}, {{b, 1}, {a, 1}}}},
      pattern{"window", {2, 6}, {{{a, 0}, {b, 0}}, {{b, 5}, {a, 1}}}},
      pattern{"late12", {1, 12}, {{{b, 11}, {a, 0}}}},
      pattern{"late25", {1, 25}, {{{b, 24}, {a, 0}}}},
      pattern{"depth4", {2, 2, 1}, {{{a, 0}, {b, 0}}, {{b, 0}, {a, 1}}, {{a, 1}, {c, 0}}, {{c, 0}, {b, 1}}}},
  };
  return all;
}

void run_pattern(sim::world& world, const pattern& what, unsigned noise_chains, unsigned noise_length) {
  std::vector<unsigned> lengths = what.lengths;
  lengths.insert(lengths.end(), noise_chains, noise_length);
  std::vector<link> order;
  add_chains(world, {std::move(lengths), [&](link at) { order.push_back(at); }, false, {}, {}, {}, false});
  world.run();
  bool fails = true;
  for (const constraint& each : what.failing) fails = fails && holds(each, order);
  world.check(!fails, std::string("c3.") + what.name, "the order that the pattern calls a bug");
}

}  // namespace twinloop::calibration
