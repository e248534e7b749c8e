// Programs without a race that use everything a job may use.
#ifndef TWINLOOP_TESTS_UNIT_RACES_SOUND_HPP
#define TWINLOOP_TESTS_UNIT_RACES_SOUND_HPP

#include "twinloop/testing.hpp"

namespace races {

/// As many jobs as the setting "jobs" says, some at a time, each starting the next when it is done.
void recycled(twinloop::sim::world& world, const twinloop::testing::configuration& settings);
/// As many jobs, all started together: none of them happens before another.
void all_at_once(twinloop::sim::world& world, const twinloop::testing::configuration& settings);
/// A process is killed with jobs at every stage and starts again; what they touch is the same in each life.
void killed(twinloop::sim::world& world, const twinloop::testing::configuration& settings);

}  // namespace races

#endif
