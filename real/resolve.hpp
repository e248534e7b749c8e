// Name lookups, performed by the calling thread.
#ifndef TWINLOOP_REAL_RESOLVE_HPP
#define TWINLOOP_REAL_RESOLVE_HPP

#include "twinloop/op.hpp"

namespace twinloop::real {

/// Fills `wanted.out` with the system resolver's answer, in its order and without repetitions; 0. *any thread*
result<std::int64_t> look_up(resolve_op& wanted);

}  // namespace twinloop::real

#endif
