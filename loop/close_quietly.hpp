// Closing a handle from a destructor, where nothing may be thrown and nobody waits for a completion.
#ifndef TWINLOOP_LOOP_CLOSE_QUIETLY_HPP
#define TWINLOOP_LOOP_CLOSE_QUIETLY_HPP

#include "twinloop/loop.hpp"

namespace twinloop {

inline void close_quietly(loop& owner, handle_id closed) noexcept {
  if (closed == handle_id::none) return;
  query_request ask;
  ask.kind = query_kind::close_now;
  ask.handle = closed;
  try {
    (void)owner.below().query(ask);
  } catch (...) {
    // A simulated process that is being killed: its kernel has closed everything already.
  }
}

}  // namespace twinloop

#endif
