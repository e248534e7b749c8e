// One run of a search: resets the world, calls the body, and sums up how it ended.
#ifndef TWINLOOP_SIM_SEARCH_BODY_HPP
#define TWINLOOP_SIM_SEARCH_BODY_HPP

#include <cstdint>

#include "twinloop/search.hpp"

namespace twinloop::sim {

/// Nothing to report has an empty name.
failure run_body(world& in, const search_body& body, choice_source& source, const search_options& options);

/// Counts the run, keeps its failure and its state. True: the search should stop.
bool take_run(search_result& into, const search_options& options, const world& ran, failure broke);

/// What a question outside the searched kinds is answered: one completion at a time, else natural.
inline std::uint32_t fixed_answer(const question& asked) { return asked.kind == choice_kind::batch ? 1 : 0; }

}  // namespace twinloop::sim

#endif
