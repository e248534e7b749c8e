// B24 for searches with feedback: the story, and how far each run came.
#ifndef TWINLOOP_SCENARIOS_BUGS_NEEDLE_HPP
#define TWINLOOP_SCENARIOS_BUGS_NEEDLE_HPP

#include <functional>
#include <span>

#include "scenarios/bugs/bug.hpp"

namespace bugs {

/// The 45 steps that the bug needs first: which of the chains 0, 1, 2 makes each.
std::span<const std::uint8_t> needle_path();

/// The row's story. `on_match` (may be empty) hears the number of steps that have followed the path so far, 1 after the
/// first up to 45; it hears nothing more once a step has left the path. A fuzzer that counts each number as coverage
/// can find the path one step at a time.
void run_needle(sim::world& world, const dials& dial, const std::function<void(std::uint32_t matched)>& on_match);

}  // namespace bugs

#endif
