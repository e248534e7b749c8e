// The outcome of a shrinker as bytes, on its way from the worker process that searched to the one that asked.
#ifndef TWINLOOP_SIM_TESTING_SHRINK_MESSAGE_HPP
#define TWINLOOP_SIM_TESTING_SHRINK_MESSAGE_HPP

#include "sim/testing/shrinker.hpp"

namespace twinloop::testing {

inline constexpr std::uint32_t shrink_outcome_message = 100;

std::string encode(const shrink_outcome& done);
/// Nothing if the bytes are no outcome.
std::optional<shrink_outcome> decode(std::string_view bytes);

}  // namespace twinloop::testing

#endif
