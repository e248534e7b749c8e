// Calibration programs: chains of callbacks whose interleavings can be counted on paper, so that a wrong sampler or an
// incomplete search shows at once.
//
//   const std::string order = run_chains(world, {5, 5});     // C1: "abababaabb", one of 252
//
// A chain is one connected socket whose bytes have all arrived, read one byte a callback: each callback submits the
// next read, which is ready at once. So every chain that is not at its end has exactly one ready entry, all of them at
// one virtual instant, one pick a callback, and every interleaving of the chains is legal. Natural order takes the
// chains in turn: "abcabcabc".
#ifndef TWINLOOP_SCENARIOS_CALIBRATION_CHAINS_HPP
#define TWINLOOP_SCENARIOS_CALIBRATION_CHAINS_HPP

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "twinloop/sim.hpp"

namespace twinloop::calibration {

/// One callback of a chain, both counted from 0.
struct link {
  unsigned chain = 0;
  unsigned index = 0;
};

struct chains {
  std::vector<unsigned> lengths;           ///< callbacks of each chain, at most 26 chains
  std::function<void(link)> visit;         ///< runs inside each callback
  bool busy_neighbour = false;             ///< beside them, an operation that fails at once and is tried again for ever
  std::function<void(loop&)> alongside{};  ///< runs before the chains do: to start other things on the same loop
  std::function<void()> finished{};        ///< runs after them: to end those
  std::function<void(loop&, op&, link)> declare{};  ///< called before each read is submitted: to declare its touches
  bool declared = false;                            ///< touches_only(): the chains share nothing with each other
};

/// Adds host "host" with process "program" that runs the chains. world.run() is the caller's.
void add_chains(sim::world& world, chains what);
/// Adds and runs chains of these lengths; the order in which their callbacks ran, one letter a callback.
std::string run_chains(sim::world& world, std::vector<unsigned> lengths, bool declared = false);

// The programs of the benchmark's chapter 2.
std::string run_c1(sim::world& world);  ///< two chains of 5: 252 interleavings
std::string run_c2(sim::world& world);  ///< one callback against a chain of 25: fails ("c2.last") if it runs last
/// Three chains of 3: 1,680 interleavings, all of them one trace if `declared`.
std::string run_c4(sim::world& world, bool declared = false);
/// An interval timer that never stops beside a chain of 5; the loop stops when the chain has ended.
std::string run_c5(sim::world& world);
/// The same with a neighbour that is always ready: a chain that never ends. Only a fair source ends this run.
std::string run_c5_busy(sim::world& world);

/// A family of bugs of known depth (C3): the run fails when all of `failing` holds.
struct constraint {
  link before;
  link after;
};
struct pattern {
  const char* name;
  std::vector<unsigned> lengths;
  std::vector<constraint> failing;
};
/// order [3,3], atomicity [2,2], window [2,6], late [1,12], late [1,25], depth [2,2,1]. None fails in natural order.
std::span<const pattern> patterns();
/// Runs a pattern beside `noise_chains` chains of `noise_length`; fails as "c3.<name>".
void run_pattern(sim::world& world, const pattern& what, unsigned noise_chains = 0, unsigned noise_length = 0);

}  // namespace twinloop::calibration

#endif
