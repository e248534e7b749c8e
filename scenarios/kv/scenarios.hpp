// The stories of kv, for the `kv` binary and for its fuzz target.
#ifndef TWINLOOP_SCENARIOS_KV_SCENARIOS_HPP
#define TWINLOOP_SCENARIOS_KV_SCENARIOS_HPP

#include <span>

#include "twinloop/testing.hpp"

namespace kv {

std::span<const twinloop::testing::scenario> scenarios();

}  // namespace kv

#endif
