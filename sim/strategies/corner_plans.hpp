// Which corners a search goes through.
#ifndef TWINLOOP_SIM_STRATEGIES_CORNER_PLANS_HPP
#define TWINLOOP_SIM_STRATEGIES_CORNER_PLANS_HPP

#include "twinloop/strategies.hpp"

namespace twinloop::sim {

/// Corners of one label each that a search has: one for each label of the natural run, within limits.
std::uint64_t label_corners(const search_model& learned);
/// The plan of label corner `index`: each label in turn; where there are too many, evenly spread.
search_plan plan_label_corner(std::uint64_t seed, std::uint32_t kinds, std::uint64_t index,
                              const search_model& learned);
/// The plan of a corner that is not about one label.
search_plan plan_corner(std::uint64_t seed, std::uint32_t kinds, corner extreme);

}  // namespace twinloop::sim

#endif
