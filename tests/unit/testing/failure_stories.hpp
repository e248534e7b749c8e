// One scenario for each way in which a run can fail: what keeping failures is tried on. They are the scenarios of the
// program testing_failures.
#ifndef TWINLOOP_TESTS_UNIT_TESTING_FAILURE_STORIES_HPP
#define TWINLOOP_TESTS_UNIT_TESTING_FAILURE_STORIES_HPP

#include <span>
#include <string>

#include "sim/testing/subject.hpp"

namespace failure_stories {

std::span<const twinloop::testing::scenario> all();
twinloop::testing::subject subject(const std::string& name);

}  // namespace failure_stories

#endif
