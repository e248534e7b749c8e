// Small scenarios with planted bugs: what the tools of twinloop::testing are tried on.
#ifndef TWINLOOP_TESTS_UNIT_TESTING_STORIES_HPP
#define TWINLOOP_TESTS_UNIT_TESTING_STORIES_HPP

#include <functional>
#include <map>
#include <span>
#include <string>

#include "sim/testing/subject.hpp"
#include "twinloop/testing.hpp"

namespace stories {

/// A process with some jobs on the pool and what to do when all of them are done, in the order of their completion.
using ending = std::function<void(twinloop::sim::world& world, const std::string& order)>;

/// Starts jobs named "a", "b", ... on one loop, runs the world, and calls `at_end` inside it with the order in which
/// they completed, as in "abcd" (which is also the natural one).
void run_jobs(twinloop::sim::world& world, std::size_t count, const ending& at_end);

/// Whether `first` stands before `second` in an order.
bool before(const std::string& order, char first, char second);

/// All stories by name; the bodies are also the scenarios of the program testing_stories.
std::span<const twinloop::testing::scenario> all();
const twinloop::testing::scenario& find(const std::string& name);
/// The subject of a story under its default settings.
twinloop::testing::subject subject(const std::string& name);

}  // namespace stories

#endif
