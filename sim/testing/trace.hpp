// The steps of a run, and what two runs of one program have to say about each other's order.
#ifndef TWINLOOP_SIM_TESTING_TRACE_HPP
#define TWINLOOP_SIM_TESTING_TRACE_HPP

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "twinloop/choices.hpp"

namespace twinloop::testing {

/// One step, as sim::step tells it, without anything that points elsewhere.
struct trace_step {
  std::uint64_t identity = 0;
  std::uint64_t label = 0;
  std::uint64_t process = 0;
  std::uint64_t cause = 0;
  std::uint64_t enabled_by = 0;
  std::uint64_t choices = 0;  ///< how many were recorded before it
  std::int64_t time = 0;      ///< virtual ns; 0 where nobody asked
  std::uint32_t occurrence = 0;
  bool declared = false;
  std::uint64_t lineage = 0;  ///< how it came about: the same in runs that only order independent steps differently
  std::vector<sim::conflict_key> keys;
};
/// Step number k of the run stands at index k - 1.
using trace = std::vector<trace_step>;

trace_step make_step(const sim::step& happened, std::uint64_t choices, std::int64_t time);

/// The position of each identity in a trace.
std::unordered_map<std::uint64_t, std::size_t> positions(const trace& steps);

/// Whether the two touch something in common that one of them writes. Undeclared ones of one process do.
bool conflict(const trace_step& a, const trace_step& b);
/// Whether they have a key in common, declared or automatic, that one of them writes.
bool share_key(const trace_step& a, const trace_step& b);

/// Whether step `later` can only run because step `earlier` ran: by cause, by what made it ready, or as a later one of
/// the same name (one first-in-first-out class).
bool happens_before(const trace& steps, std::size_t earlier, std::size_t later);

/// Two steps whose order is not that of another run. Positions in the first run.
struct inversion {
  std::size_t held = 0;   ///< was earlier in the other run
  std::size_t until = 0;  ///< was later there, and is earlier here
};
/// For each step of `run` that was overtaken, as compared with `natural`, the last one that overtook it.
std::vector<inversion> covering_inversions(const trace& run, const trace& natural);
/// Every pair, conflicting ones first, at most `limit`.
std::vector<inversion> all_inversions(const trace& run, const trace& natural, std::size_t limit);

}  // namespace twinloop::testing

#endif
