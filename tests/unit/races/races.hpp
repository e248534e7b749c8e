// Programs with jobs that race, their fixed twins, and programs that must not seem to race.
#ifndef TWINLOOP_TESTS_UNIT_RACES_RACES_HPP
#define TWINLOOP_TESTS_UNIT_RACES_RACES_HPP

#include <span>
#include <string>

#include "twinloop/testing.hpp"

namespace races {

std::span<const twinloop::testing::scenario> all();
const twinloop::testing::scenario& find(const std::string& name);

}  // namespace races

#endif
